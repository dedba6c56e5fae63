import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findKafka } from '../../src/broker/kafka-runtime.ts'
import { Random } from '../../src/core/random.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { listOffsets } from '../../src/kafka/fetch/list-offsets.ts'
import { frameFile, type Shape } from '../data.ts'
import { median } from '../measure.ts'

const checkout = fileURLToPath(new URL('../..', import.meta.url))
const PARTITIONS = [0, 1, 2, 3]
const BATCH_BYTES = 200_000
const LINGER_MS = 20
/** Different frames: of all of them the payload file holds some, and is sent again and again. */
const PAYLOAD_FRAMES = { small: 100_000, challenge: 10_000 } as const satisfies Record<
  Shape,
  number
>
/** What Kafka's own scripts run their tools with. */
const JVM = [
  ...['-Xmx512M', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent'],
  ...['-Djava.awt.headless=true', '-Dlog4j2.level=OFF']
]
/** `times` of a shell: user and system time of the whole process that it ran. */
const TIMED = '"$@" >&2 || exit; times'

interface Sender {
  readonly name: string
  readonly command: (topic: string) => readonly string[]
}

/**
 * Sends the same payload to topics of four partitions, lz4, acks=all, idempotent: `headcount produce`
 * beside Kafka's ProducerPerformance, and beside another checkout where HEADCOUNT_BENCH_OTHER names one.
 */
export async function produce(
  bootstrap: string,
  small: number,
  challenge: number,
  rounds: number
): Promise<void> {
  const cluster = await Cluster.connect({ brokers: [bootstrap] })
  try {
    for (const [shape, frames] of Object.entries({ small, challenge })) {
      await compareSenders(cluster, bootstrap, shape as Shape, frames, rounds)
    }
  } finally {
    await cluster.close()
  }
}

async function compareSenders(
  cluster: Cluster,
  bootstrap: string,
  shape: Shape,
  wanted: number,
  rounds: number
): Promise<void> {
  const payload = payloadFile(shape)
  const times = Math.max(1, Math.round(wanted / PAYLOAD_FRAMES[shape]))
  const frames = times * PAYLOAD_FRAMES[shape]
  const senders = [
    headcountSender('headcount produce', checkout, bootstrap, payload, times),
    ...otherCheckout(bootstrap, payload, times),
    await javaSender(bootstrap, payload, frames)
  ]
  const taken = senders.map((): { cpu: number; wall: number }[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, sender] of senders.entries()) {
      const topic = `bench-produce-${Date.now()}`
      runHeadcount('topic', 'create', topic, '--partitions', '4', '--brokers', bootstrap)
      taken[index]!.push(await timed(sender.command(topic)))
      const ends = await listOffsets(cluster, topic, PARTITIONS, 'latest')
      const stored = [...ends.values()].reduce((sum, end) => sum + end, 0)
      assert.equal(stored, frames, `${sender.name}: every record is in the topic, once`)
      runHeadcount('topic', 'delete', topic, '--yes', '--brokers', bootstrap)
    }
  }
  console.log(`\n${frames} ${shape} frames to 4 partitions (median of ${rounds}, all in the topic)`)
  const heads = ['CPU-s/M', 'M/CPU-s', 'wall s', 'ratio'].map(head => head.padStart(9))
  console.log(`  ${'sender'.padEnd(36)}${heads.join('')}`)
  const first = median(taken[0]!.map(({ cpu }) => cpu))
  for (const [index, { name }] of senders.entries()) {
    const cpu = median(taken[index]!.map(each => each.cpu))
    const wall = median(taken[index]!.map(each => each.wall))
    const figures = [(cpu * 1e6) / frames, frames / 1e6 / cpu, wall]
    const cells = [...figures.map(each => each.toFixed(2)), `${(cpu / first).toFixed(1)}×`]
    console.log(`  ${name.padEnd(36)}${cells.map(cell => cell.padStart(9)).join('')}`)
  }
}

function headcountSender(
  name: string,
  folder: string,
  bootstrap: string,
  payload: string,
  times: number
): Sender {
  const how = ['--compression', 'lz4', '--batch-bytes', String(BATCH_BYTES)]
  const linger = ['--linger', `${LINGER_MS}ms`, '--brokers', bootstrap]
  const files = Array.from({ length: times }, () => payload)
  return {
    name,
    command: topic => [
      ...[process.execPath, `${folder}/bin/headcount.js`, 'produce', '--topic', topic],
      ...[...how, ...linger, ...files]
    ]
  }
}

function otherCheckout(bootstrap: string, payload: string, times: number): Sender[] {
  const folder = process.env.HEADCOUNT_BENCH_OTHER
  if (folder === undefined) return []
  return [headcountSender('headcount, other checkout', folder, bootstrap, payload, times)]
}

/** It reads the payload once and sends frames of it at random. */
async function javaSender(bootstrap: string, payload: string, frames: number): Promise<Sender> {
  const kafka = await findKafka({ machine: process, onProgress: line => console.error(line) })
  assert.ok(!kafka.isContainer, 'the CPU time of a container is not that of its client')
  const settings = ['acks=all', 'enable.idempotence=true', 'compression.type=lz4']
  settings.push(`batch.size=${BATCH_BYTES}`, `linger.ms=${LINGER_MS}`)
  return {
    name: 'Kafka’s ProducerPerformance',
    command: topic => [
      ...[kafka.command, ...JVM, '-cp', kafka.classpath],
      ...['org.apache.kafka.tools.ProducerPerformance', '--topic', topic],
      ...['--bootstrap-server', bootstrap, '--num-records', String(frames)],
      ...['--throughput', '-1', '--payload-file', payload, '--command-property', ...settings]
    ]
  }
}

/** Frames in no order, so that in order and at random they compress alike. */
function payloadFile(shape: Shape): string {
  const ordered = frameFile(shape, PAYLOAD_FRAMES[shape])
  const path = ordered.replace('.jsonl', '-shuffled.jsonl')
  if (existsSync(path)) return path
  const lines = readFileSync(ordered, 'utf8').trimEnd().split('\n')
  const random = new Random(42)
  for (let i = lines.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[lines[i], lines[j]] = [lines[j]!, lines[i]!]
  }
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

function runHeadcount(...args: string[]): void {
  execFileSync(process.execPath, [`${checkout}/bin/headcount.js`, ...args])
}

/** CPU and wall seconds of a whole process, measured in the same way whatever it runs. */
async function timed(command: readonly string[]): Promise<{ cpu: number; wall: number }> {
  const started = performance.now()
  const child = spawn('sh', ['-c', TIMED, 'sh', ...command], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, errors]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  assert.equal(status, 0, Buffer.concat(errors).toString())
  const children = Buffer.concat(out).toString().trim().split('\n').at(-1)!
  const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)]
  const cpu = parts.reduce((sum, [, minutes, seconds]) => sum + +minutes! * 60 + +seconds!, 0)
  return { cpu, wall: (performance.now() - started) / 1_000 }
}
