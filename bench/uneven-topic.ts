import { systemClock } from '../src/host/system-clock.ts'
import type { Cluster } from '../src/kafka/connection/cluster.ts'
import { RecordReader } from '../src/kafka/fetch/record-reader.ts'
import { Producer } from '../src/kafka/produce/producer.ts'
import { parseResult } from '../src/result/result-record.ts'
import { FrameGenerator } from '../src/testing/frame-generator.ts'

const SECONDS = 730 * 86_400
/** Seconds between two frames of a partition. */
const SPACING_MAX = 1_800
const NEWLINE = 10
const READ_MS = 1_000

/** Fills each partition with so many small frames, evenly over two years, or less when they are few. */
export async function fillTopic(
  cluster: Cluster,
  topic: string,
  frames: readonly number[]
): Promise<void> {
  // The clock of a partition needs some dozens of frames within what it may jump.
  const seconds = Math.min(SECONDS, Math.min(...frames) * SPACING_MAX)
  const random = Math.random
  const producer = await Producer.open(cluster, { topic, clock: systemClock, random, codec: 'lz4' })
  try {
    for (const [partition, count] of frames.entries()) {
      const generator = new FrameGenerator({
        frames: count,
        shape: 'small',
        seed: partition + 1,
        users: 50_000,
        framesPerSecond: count / seconds
      })
      for (const chunk of generator) {
        for (let at = 0; at < chunk.length; ) {
          const end = chunk.indexOf(NEWLINE, at)
          if (producer.full) await producer.ready()
          producer.send(partition, null, chunk.subarray(at, end), systemClock.now())
          at = end + 1
        }
      }
    }
    await producer.flush()
  } finally {
    producer.close()
  }
}

/** Frames of the last record of every window, by size. */
export async function countedFrames(
  cluster: Cluster,
  topic: string
): Promise<ReadonlyMap<string, number>> {
  const latest = new Map<string, number>()
  const { partitions } = await cluster.topic(topic)
  const starts = new Map(partitions.map((_, partition) => [partition, 0]))
  const reader = await RecordReader.open(cluster, topic, starts)
  try {
    while (!reader.atEnd) {
      for (const { key, value } of await reader.poll(READ_MS)) {
        const record = value && parseResult(Buffer.from(value).toString())
        if (key && record) latest.set(Buffer.from(key).toString(), record.frames)
      }
    }
  } finally {
    await reader.close()
  }
  const sums = new Map<string, number>()
  for (const [key, frames] of latest) {
    const size = key.slice(0, key.indexOf('|'))
    sums.set(size, (sums.get(size) ?? 0) + frames)
  }
  return sums
}
