import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { deleteTopics } from '../../src/kafka/topic/topic-removal.ts'
import { LargestErrors } from '../answers.ts'
import { type Contender, compare, type Row } from '../comparison.ts'
import { frameFile, type Shape } from '../data.ts'
import { faustPython } from '../faust-peer.ts'
import { type JavaPeers, javaPeers } from '../java-peers.ts'
import { isInstalled } from '../packages.ts'
import { headcounts, javaContenders, nodeContenders, type PeerInput } from './peer-contenders.ts'
import { printTargets, type Target } from './sketch-targets.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const faust = fileURLToPath(new URL('../peers/faust-count.py', import.meta.url))
const PARTITIONS = '4'
/** Start-up, of a JVM above all, distorts short runs of small frames. */
const SMALL_TIMES = 5
/** Enough for its start to weigh little: it takes 250 µs a frame. */
const FAUST_FRAMES = 50_000
const FAUST_TIMES = 1_000

/** How many times our CPU time each of them is to need at least. */
const TIMES: Readonly<Record<Shape, readonly (readonly [name: string, times: number])[]>> = {
  challenge: [
    ['ConsumerPerformance', 5],
    ['plain Java', 6],
    ['Kafka Streams, HLL', 30],
    ['kafkajs', 30]
  ],
  small: [
    ['ConsumerPerformance', 6],
    ['plain Java', 8],
    ['Kafka Streams, HLL', 100],
    ['kafkajs', 15]
  ]
}

/**
 * The same job from a topic of four partitions, as others do it: Kafka's own tool that only receives, Java,
 * Kafka Streams, Node's clients and Faust. What isn't there is said and left out.
 */
export async function peers(bootstrap: string, frames: number, rounds: number): Promise<void> {
  const java = await javaPeers(say)
  const hasKafkajs = isInstalled('kafkajs', say)
  const python = await faustPython(say)
  await race(bootstrap, 'challenge', frames, rounds, java, hasKafkajs)
  const rows = await race(bootstrap, 'small', frames * SMALL_TIMES, rounds, java, hasKafkajs)
  if (python) await faustRace(bootstrap, Math.min(frames, FAUST_FRAMES), python, rows[0]!)
}

async function race(
  bootstrap: string,
  shape: Shape,
  frames: number,
  rounds: number,
  java: JavaPeers | undefined,
  hasKafkajs: boolean
): Promise<readonly Row[]> {
  return onTopic(bootstrap, shape, frames, async input => {
    const contenders = [
      ...headcounts(input),
      ...(java ? javaContenders(input, java) : []),
      ...nodeContenders(input, hasKafkajs)
    ]
    const title = `${frames} ${shape} frames from ${PARTITIONS} partitions`
    const rows = await compare(title, contenders, rounds)
    input.errors.print()
    printTargets(TIMES[shape].flatMap(([name, times]) => targetOf(rows, name, times, rows[0]!)))
    return rows
  })
}

/** Few frames, beside our figure of many. */
async function faustRace(
  bootstrap: string,
  frames: number,
  python: string,
  ours: Row
): Promise<void> {
  await onTopic(bootstrap, 'small', frames, async input => {
    const { topic } = input
    const contender: Contender = {
      name: 'Faust, dict of sets',
      program: [python],
      script: faust,
      args: [bootstrap, topic, String(frames)],
      answer: stdout => stdout.trim().split('\n').at(-1)!.trim(),
      frames
    }
    const [, exact] = headcounts(input)
    const rows = await compare(`${frames} small frames`, [exact!, contender], 1)
    printTargets(targetOf(rows, 'Faust', FAUST_TIMES, ours))
  })
}

function targetOf(rows: readonly Row[], name: string, times: number, ours: Row): Target[] {
  const row = rows.find(each => each.name.startsWith(name))
  if (!row) return []
  const value = row.cpuPerMillion / ours.cpuPerMillion
  return [{ name: `CPU of ${row.name}`, value, unit: '×', bound: times, sense: '≥' }]
}

/** A topic with frames of its own, and the end of whatever was named after it. */
async function onTopic<T>(
  bootstrap: string,
  shape: Shape,
  frames: number,
  work: (input: PeerInput) => Promise<T>
): Promise<T> {
  const topic = `bench-peers-${shape}-${Date.now()}`
  const run = (...args: string[]): Buffer =>
    execFileSync(process.execPath, [headcount, ...args, '--brokers', bootstrap])
  run('topic', 'create', topic, '--partitions', PARTITIONS)
  try {
    const file = frameFile(shape, frames)
    run('produce', '--topic', topic, '--key', 'uid', '--compression', 'none', file)
    let apps = 0
    const newApp = (): string => `${topic}-${apps++}`
    return await work({ bootstrap, topic, frames, newApp, errors: new LargestErrors() })
  } finally {
    const cluster = await Cluster.connect({ brokers: [bootstrap] })
    const names = await cluster.topics()
    await deleteTopics(
      cluster,
      names.filter(name => name.startsWith(topic))
    )
    await cluster.close()
  }
}

function say(line: string): void {
  console.log(line)
}
