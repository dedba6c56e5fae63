import { Buffer } from 'node:buffer'
import { Inputs } from '../../core/inputs.ts'
import { limits } from '../../core/limits.ts'
import { BatchWalker } from '../../kafka/batch/record-batch.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import type { BatchTaker } from '../../kafka/fetch/fetch-partition.ts'
import { Fetcher } from '../../kafka/fetch/fetcher.ts'
import type { Position } from '../../runtime/options/position.ts'
import { readRange } from '../consume/read-range.ts'
import type { ReadingParts } from './line-sample.ts'
import type { BatchSample, SampleBatch } from './sample.ts'

const POLL_MS = 200

export interface TopicParts extends ReadingParts {
  readonly topic: string
  readonly from: Position
  /** Checksums are compared, as a count would do it; while reading they are not, so that both are told apart. */
  readonly checkCrcs: boolean
  readonly onTrouble: (line: string) => void
}

interface Stored {
  readonly slot: number
  readonly whole: Buffer
  readonly fromOffset: number
}

/**
 * The first batches of a topic as they are stored. They are read twice: once to keep them, once more to
 * measure what receiving costs when nothing is done with them. Joins no group and stores no offset. The
 * cluster's options must leave checksums alone. @throws topic-missing, batch-…
 */
export async function readBatches(cluster: Cluster, parts: TopicParts): Promise<BatchSample> {
  const { topic, from, bytesMax, checkCrcs, stopwatch } = parts
  const { id, partitions } = await cluster.topic(topic)
  const range = await readRange(cluster, {
    topic,
    partitions: partitions.map(({ index }) => index),
    isolation: 'committed',
    from,
    last: undefined,
    to: undefined,
    exitAtEnd: true,
    now: parts.clock.now()
  })
  const inputs = Inputs.of({ name: topic, id, partitions: partitions.length })
  const reading = { cluster, inputs, parts, starts: range.starts }
  const stored: Stored[] = []
  let size = 0
  let frames = 0
  await read({ ...reading, ends: range.stops! }, (slot, batch, fromOffset) => {
    const isFull = size >= bytesMax || stored.length >= limits.sampleBatchesMax
    if (isFull || frames + batch.count > limits.sampleFramesMax) return false
    const whole = Buffer.from(batch.whole)
    stored.push({ slot, whole, fromOffset })
    size += whole.length
    frames += batch.count
    parts.onRead(size)
    return true
  })
  const { batches, slots } = unpack(stored, parts)
  const ends = endsOf(batches, slots)
  let received = 0
  const started = stopwatch()
  await read({ ...reading, ends }, (_slot, batch) => {
    received += batch.whole.length
    return true
  })
  const microseconds = stopwatch() - started
  const what = 'fetched again, once'
  return {
    kind: 'batches',
    name: topic,
    partitions: slots.length,
    batches,
    storedBytes: sum(batches, ({ whole }) => whole.length),
    unpackedBytes: sum(batches, ({ records }) => records.end - records.start),
    checkCrcs,
    reception: { bytes: received, microseconds, what }
  }
}

interface Reading {
  readonly cluster: Cluster
  readonly inputs: Inputs
  readonly parts: TopicParts
  readonly starts: ReadonlyMap<number, number>
  readonly ends: ReadonlyMap<number, number>
}

/** Reads up to the ends, until `take` has had enough, or for so long. */
async function read(
  { cluster, inputs, parts, starts, ends }: Reading,
  take: (slot: number, batch: BatchWalker, fromOffset: number) => boolean
): Promise<void> {
  const { clock, signal, onTrouble } = parts
  const left = new Set([...ends].filter(([slot, end]) => starts.get(slot)! < end).map(([at]) => at))
  if (left.size === 0) return
  const fetcher = new Fetcher(cluster, inputs, { onTrouble })
  let enough = false
  const taker: BatchTaker = {
    batch(slot, batch, fromOffset) {
      if (left.has(slot) && !enough) enough = !take(slot, batch, fromOffset)
    },
    progress(slot, { position }) {
      if (position >= ends.get(slot)! && left.delete(slot)) fetcher.pause(slot)
    }
  }
  const wake = (): void => fetcher.wake()
  signal.addEventListener('abort', wake)
  const until = clock.now() + limits.sampleMsMax
  try {
    await fetcher.open(new Map([...left].map(slot => [slot, starts.get(slot)!])))
    while (!enough && left.size > 0 && clock.now() < until) {
      if (signal.aborted) throw signal.reason
      await fetcher.poll(taker, POLL_MS)
    }
  } finally {
    signal.removeEventListener('abort', wake)
    fetcher.close()
  }
}

/** Batches with their records, as many as there is room for unpacked. At least one, where there is one. */
function unpack(
  stored: readonly Stored[],
  { topic, bytesMax, checkCrcs }: TopicParts
): { batches: SampleBatch[]; slots: readonly number[] } {
  const batches: SampleBatch[] = []
  const slots: number[] = []
  let size = 0
  for (const { slot, whole, fromOffset } of stored) {
    const walker = new BatchWalker({ topic, partition: slot })
    walker.begin(whole, 0, whole.length)
    walker.next()
    // Named here, so that nothing that is measured can fail.
    if (checkCrcs) walker.verify()
    const { bytes, start, end } = walker.records()
    size += end - start
    if (size > bytesMax && batches.length > 0) break
    let partition = slots.indexOf(slot)
    if (partition < 0) partition = slots.push(slot) - 1
    const { count, baseOffset, baseTime, maxTime, logAppendTime } = walker
    const times = { baseTime, maxTime, logAppendTime }
    const records = { bytes, start, end, count, fromOffset, baseOffset, ...times }
    batches.push({ partition, whole, records, position: walker.nextOffset })
  }
  return { batches, slots }
}

function endsOf(batches: readonly SampleBatch[], slots: readonly number[]): Map<number, number> {
  return new Map(batches.map(({ partition, position }) => [slots[partition]!, position]))
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
