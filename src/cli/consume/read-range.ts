import { failure } from '../../core/errors.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import { type Isolation, listOffsets } from '../../kafka/fetch/list-offsets.ts'
import type { Position } from '../../runtime/options/position.ts'

/** What to read: the first offset of each partition, and the offset it ends before, if it does. */
export interface ReadRange {
  readonly starts: ReadonlyMap<number, number>
  readonly stops: ReadonlyMap<number, number> | undefined
}

export interface RangeWish {
  readonly topic: string
  readonly partitions: readonly number[]
  readonly isolation: Isolation
  readonly from: Position
  /** So many offsets before the end of each partition, instead of `from`. */
  readonly last: number | undefined
  readonly to: Position | undefined
  readonly exitAtEnd: boolean
  readonly now: number
}

/** Turns what was asked for into offsets, inside what each partition holds now. */
export async function readRange(cluster: Cluster, wish: RangeWish): Promise<ReadRange> {
  const { topic, partitions, isolation, from, last, to, exitAtEnd, now } = wish
  const list = (at: 'earliest' | 'latest' | number) =>
    listOffsets(cluster, topic, partitions, at, isolation)
  const [firsts, ends] = await Promise.all([list('earliest'), list('latest')])
  const resolve = async (position: Position): Promise<ReadonlyMap<number, number>> => {
    switch (position.at) {
      case 'earliest':
        return firsts
      case 'latest':
        return ends
      case 'offset':
        return new Map(partitions.map(partition => [partition, position.offset]))
      case 'time':
        return list(position.time)
      case 'ago':
        return list(now - position.ago)
    }
  }
  const wanted =
    last === undefined
      ? await resolve(from)
      : new Map([...ends].map(([partition, end]) => [partition, end - last]))
  const starts = new Map<number, number>()
  for (const [partition, offset] of wanted) {
    const [first, end] = [firsts.get(partition) ?? 0, ends.get(partition) ?? 0]
    starts.set(partition, Math.min(Math.max(offset, first), end))
  }
  const stops = to ? await resolve(to) : exitAtEnd ? ends : undefined
  return { starts, stops: stops && exitAtEnd ? lower(stops, ends) : stops }
}

function lower(
  left: ReadonlyMap<number, number>,
  right: ReadonlyMap<number, number>
): ReadonlyMap<number, number> {
  return new Map([...left].map(([key, value]) => [key, Math.min(value, right.get(key) ?? value)]))
}

/** The partitions asked for, checked against those there are; all of them without a list. */
export function choosePartitions(asked: readonly string[] | undefined, count: number): number[] {
  if (!asked) return Array.from({ length: count }, (_, partition) => partition)
  return asked.map(text => {
    const partition = /^\d{1,9}$/.test(text) ? Number(text) : -1
    if (partition >= 0 && partition < count) return partition
    throw failure('option-value', {
      option: '--partition',
      value: text,
      expected: count === 1 ? 'partition 0, the only one' : `a partition from 0 to ${count - 1}`,
      example: '0'
    })
  })
}
