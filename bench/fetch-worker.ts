import { setImmediate as nextTurn } from 'node:timers/promises'
import { Inputs } from '../src/core/inputs.ts'
import { limits } from '../src/core/limits.ts'
import { type Codec, decompress } from '../src/kafka/batch/codecs.ts'
import type { BatchWalker } from '../src/kafka/batch/record-batch.ts'
import { Cluster } from '../src/kafka/connection/cluster.ts'
import type { KafkaOptions } from '../src/kafka/connection/options.ts'
import type { BatchTaker } from '../src/kafka/fetch/fetch-partition.ts'
import { Fetcher } from '../src/kafka/fetch/fetcher.ts'
import { listOffsets } from '../src/kafka/fetch/list-offsets.ts'

/** What a process of the `fetch` benchmark is asked, as JSON in its only argument. */
export interface FetchTask {
  readonly options: KafkaOptions
  readonly topic: string
  /** The records of each batch are asked for, which decompresses them. */
  readonly unpack: boolean
  /** Afterwards the codec alone unpacks the same batches from memory: the library's, and what the plane has. */
  readonly alone?: Codec
}

/** And what it says, of the second time that the topic is read. */
export interface FetchAnswer {
  readonly records: number
  /** Of the records, decompressed; only with `unpack`. */
  readonly bytes: number
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly aloneCpuSeconds: number
  readonly keptCpuSeconds: number
}

const task = JSON.parse(process.argv[2]!) as FetchTask
const cluster = await Cluster.connect(task.options)
const { name, id, partitions } = await cluster.topic(task.topic)
const inputs = Inputs.of({ name, id, partitions: partitions.length })
const indexes = partitions.map((_, index) => index)
const [starts, ends] = await Promise.all([
  listOffsets(cluster, name, indexes, 'earliest'),
  listOffsets(cluster, name, indexes, 'latest')
])

/** Reads the topic to its end. */
async function read(onBatch: (batch: BatchWalker) => void): Promise<void> {
  const fetcher = new Fetcher(cluster, inputs, { arena: cluster.arena })
  const left = new Set(indexes)
  const taker: BatchTaker = {
    batch: (_, batch) => onBatch(batch),
    progress: (slot, { position }) => {
      if (position >= ends.get(slot)!) left.delete(slot)
    }
  }
  await fetcher.open(starts)
  while (left.size > 0) await fetcher.poll(taker, 5_000)
  fetcher.close()
}

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6
}

let records = 0
let bytes = 0
const count = (batch: BatchWalker): void => {
  records += batch.count
  if (!task.unpack) return
  const { start, end } = batch.records()
  bytes += end - start
}
// A codec's buffers are given back between turns of the event loop: alone it gets them as a reader does.
const TURN_BATCHES = 8

/** CPU seconds of one way to unpack. */
async function unpackAll(
  codec: Codec,
  packed: readonly Buffer[],
  unpack: typeof decompress
): Promise<number> {
  const before = process.cpuUsage()
  let unpacked = 0
  for (const [i, each] of packed.entries()) {
    unpacked += unpack(codec, each, limits.batchInflatedBytesMax)!.length
    if (i % TURN_BATCHES === 0) await nextTurn()
  }
  if (unpacked !== bytes) throw new Error(`${unpacked} bytes instead of ${bytes}`)
  return seconds(process.cpuUsage(before))
}

// The first pass compiles, and grows what grows once.
await read(count)
records = 0
bytes = 0
const cpu = process.cpuUsage()
const started = performance.now()
await read(count)
const cpuSeconds = seconds(process.cpuUsage(cpu))
const wallSeconds = (performance.now() - started) / 1_000
let aloneCpuSeconds = 0
let keptCpuSeconds = 0
if (task.alone) {
  const packed: Buffer[] = []
  await read(batch => packed.push(Buffer.from(batch.packed)))
  aloneCpuSeconds = await unpackAll(task.alone, packed, decompress)
  keptCpuSeconds = await unpackAll(task.alone, packed, cluster.unpacker.unpack)
}
await cluster.close()
const answer: FetchAnswer = {
  records,
  bytes,
  cpuSeconds,
  wallSeconds,
  aloneCpuSeconds,
  keptCpuSeconds
}
process.stdout.write(`${JSON.stringify(answer)}\n`)
