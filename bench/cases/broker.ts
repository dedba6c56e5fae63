import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { answerOfResults, checkBounds } from '../answers.ts'
import { type Contender, compare } from '../comparison.ts'
import { frameFile } from '../data.ts'
import { isInstalled } from '../packages.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const idiomatic = fileURLToPath(new URL('../peers/idiomatic-kafka.mjs', import.meta.url))

/**
 * The same job from a topic of four partitions: headcount with both stages over Kafka, results and
 * state written, against kafkajs + JSON.parse + Map of Sets.
 */
export async function broker(bootstrap: string, frames: number, rounds: number): Promise<void> {
  const topic = `bench-${Date.now()}`
  const run = (...args: string[]): Buffer =>
    execFileSync(process.execPath, [headcount, ...args, '--brokers', bootstrap])
  run('topic', 'create', topic, '--partitions', '4')
  const input = frameFile('challenge', frames)
  run('produce', '--topic', topic, '--key', 'uid', '--compression', 'none', input)
  let round = 0
  const args = ['count', '--brokers', bootstrap, '--topic', topic, '--key', 'uid', '--window', '1m']
  // A new app each time: the whole topic is counted again.
  const count = (...more: string[]): string[] => {
    const app = ['--app', `${topic}-${round++}`]
    return [...args, '--exit-at-end', '--format', 'jsonl', '--confidence', '0.997', ...app, ...more]
  }
  const kafkajs: Contender = {
    name: 'kafkajs + JSON.parse + Map of Sets',
    script: idiomatic,
    args: [bootstrap, topic, String(frames)],
    answer: stdout => stdout.trim(),
    frames
  }
  await compare(
    `${frames} challenge frames from a topic, 4 partitions; state and results in Kafka`,
    [
      {
        name: 'headcount',
        script: headcount,
        get args() {
          return count()
        },
        answer: checkBounds,
        frames
      },
      {
        name: 'headcount --sketch exact',
        script: headcount,
        get args() {
          return count('--sketch', 'exact')
        },
        answer: answerOfResults,
        frames
      },
      ...(isInstalled('kafkajs', console.log) ? [kafkajs] : [])
    ],
    rounds
  )
  run('topic', 'delete', topic, '--yes')
}
