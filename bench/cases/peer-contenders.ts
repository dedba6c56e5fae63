import { fileURLToPath } from 'node:url'
import { answerOfResults, checkBounds, type LargestErrors } from '../answers.ts'
import type { Contender } from '../comparison.ts'
import type { JavaPeers } from '../java-peers.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const consume = fileURLToPath(new URL('../peers/idiomatic-consume.ts', import.meta.url))
const kafkajs = fileURLToPath(new URL('../peers/idiomatic-kafka.mjs', import.meta.url))
/** Six times what a sketch of 2^14 registers is off by. */
const ERROR_MAX = 0.05
/** As the scripts of Kafka's own tools start Java. */
const KAFKA_FLAGS = ['-Xmx512M', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20']
/** Of those that were tried, what costs this consumer least. */
const CONSUMER_FLAGS = ['-Xmx512m', '-XX:+UseSerialGC']
const STREAMS_FLAGS = ['-Xmx1g']

/** One topic that all contenders count. */
export interface PeerInput {
  readonly bootstrap: string
  readonly topic: string
  readonly frames: number
  /** A name that no app had; its topics are removed with it. */
  readonly newApp: () => string
  readonly errors: LargestErrors
}

/** Both stages, in transactions, with state and results in Kafka; CRCs checked. */
export function headcounts({ bootstrap, topic, frames, newApp, errors }: PeerInput): Contender[] {
  const what = ['--topic', topic, '--key', 'uid', '--window', '1m', '--exit-at-end']
  const count = (...more: string[]): string[] => {
    const how = ['--format', 'jsonl', '--confidence', '0.997', '--app', newApp()]
    return ['count', '--brokers', bootstrap, ...what, ...how, ...more]
  }
  const sketch: Contender = {
    name: 'headcount',
    script: headcount,
    get args() {
      return count()
    },
    answer: (stdout, exact) => {
      checkBounds(stdout, exact)
      if (exact !== undefined) errors.take('headcount', answerOfResults(stdout), exact, ERROR_MAX)
      return undefined
    },
    frames
  }
  const exact: Contender = {
    name: 'headcount --sketch exact',
    script: headcount,
    get args() {
      return count('--sketch', 'exact')
    },
    answer: answerOfResults,
    frames
  }
  return [sketch, exact]
}

export function javaContenders(input: PeerInput, java: JavaPeers): Contender[] {
  const { bootstrap, topic, frames, newApp } = input
  const tool = ['--bootstrap-server', bootstrap, '--topic', topic, '--hide-header']
  const performance: Contender = {
    name: 'ConsumerPerformance, counts nothing',
    program: java.kafka(...KAFKA_FLAGS, '-Dlog4j2.level=OFF'),
    script: 'org.apache.kafka.tools.ConsumerPerformance',
    args: [...tool, '--num-records', String(frames), '--timeout', '60000'],
    answer: stdout => {
      const records = Number(stdout.trim().split('\n').at(-1)!.split(',')[4])
      if (records !== frames)
        throw new Error(`ConsumerPerformance: ${records} of ${frames} records`)
      return undefined
    },
    frames
  }
  const plain: Contender = {
    ...sketching(input, 'plain Java consumer, Jackson, HLL'),
    program: java.own(...CONSUMER_FLAGS),
    script: 'PlainConsumer',
    args: [bootstrap, topic]
  }
  const streams = (name: string, script: string): Contender => ({
    ...sketching(input, name),
    program: java.own(...STREAMS_FLAGS),
    script,
    get args() {
      return [bootstrap, topic, newApp(), String(frames)]
    }
  })
  return [
    performance,
    plain,
    streams('Kafka Streams, HLL', 'StreamsCount'),
    streams('Kafka Streams, processors by hand', 'StreamsProcessors')
  ]
}

export function nodeContenders({ bootstrap, topic, frames }: PeerInput, has: boolean): Contender[] {
  const loop = (name: string, script: string): Contender => ({
    name: `${name} + JSON.parse + Map of Sets`,
    script,
    args: [bootstrap, topic, String(frames)],
    answer: stdout => stdout.trim(),
    frames
  })
  return [...(has ? [loop('kafkajs', kafkajs)] : []), loop('consume()', consume)]
}

/** A rival with a sketch a minute, of as many registers as ours, that says no bounds. */
function sketching(
  { frames, errors }: PeerInput,
  name: string
): Pick<Contender, 'name' | 'answer' | 'frames'> {
  const answer = (stdout: string, exact: string | undefined): undefined => {
    if (exact !== undefined) errors.take(name, stdout.trim(), exact, ERROR_MAX)
  }
  return { name, answer, frames }
}
