import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { answerOfResults, checkBounds } from '../answers.ts'
import { type Contender, compare } from '../comparison.ts'
import { frameFile } from '../data.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const peer = fileURLToPath(new URL('../peers/without-transactions.ts', import.meta.url))

/**
 * What exactly-once costs: the same count of small frames from 8 partitions with transactions, with plain
 * writes, and with plain writes and no consumer group.
 */
export async function transactions(
  bootstrap: string,
  frames: number,
  rounds: number
): Promise<void> {
  const topic = `bench-transactions-${Date.now()}`
  const run = (...args: string[]): Buffer =>
    execFileSync(process.execPath, [headcount, ...args, '--brokers', bootstrap])
  run('topic', 'create', topic, '--partitions', '8')
  run('produce', '--topic', topic, frameFile('small', frames))
  let apps = 0
  const app = (): string => `${topic}-${apps++}`
  const plain = (name: string, ...more: string[]): Contender => ({
    name,
    script: peer,
    get args() {
      return [bootstrap, topic, app(), ...more]
    },
    answer: checkBounds,
    frames
  })
  const counting = ['count', '--topic', topic, '--key', 'uid', '--window', '1m', '--exit-at-end']
  const how = ['--brokers', bootstrap, '--format', 'jsonl', '--confidence', '0.997']
  await compare(
    `${frames} small frames from 8 partitions; state and results in Kafka`,
    [
      {
        name: 'headcount',
        script: headcount,
        get args() {
          return [...counting, ...how, '--app', app()]
        },
        answer: checkBounds,
        frames
      },
      {
        name: 'headcount --sketch exact',
        script: headcount,
        get args() {
          return [...counting, ...how, '--app', app(), '--sketch', 'exact']
        },
        answer: answerOfResults,
        frames
      },
      plain('without transactions'),
      plain('without transactions and groups', 'alone')
    ],
    rounds
  )
  run('topic', 'delete', topic, '--yes')
}
