import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecordWalker } from '../../src/kafka/batch/record-walker.ts'
import { FetchPartition } from '../../src/kafka/fetch/fetch-partition.ts'
import { craftBatch } from './crafted-batch.ts'

const RUNS = Number(process.env.HEADCOUNT_RUNS ?? 300)
const PRODUCERS = 3

/** What producers do one after the other; 0 is one without transactions. */
const deed = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('send' as const), by: fc.nat(PRODUCERS) })
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('commit' as const, 'abort' as const),
      by: fc.integer({ min: 1, max: PRODUCERS })
    })
  }
)

interface Entry {
  readonly base: number
  readonly next: number
  readonly bytes: Buffer
}

interface Log {
  readonly entries: readonly Entry[]
  readonly aborted: readonly { producerId: bigint; firstOffset: number; lastOffset: number }[]
  /** Values of records that a reader of committed ones has to see. */
  readonly visible: readonly string[]
  readonly end: number
}

/**
 * A log as a broker keeps it, with its index of aborted transactions; what stays open at the end is aborted.
 * `compaction` takes records of transactions that are over, and markers, but never a batch's last offset.
 */
function logOf(
  deeds: readonly { kind: string; by: number }[],
  compaction: readonly boolean[]
): Log {
  const entries: Entry[] = []
  const aborted: Log['aborted'][number][] = []
  const open = new Map<number, { first: number; values: string[] }>()
  const values = new Map<string, number>()
  let base = 0
  let turn = 0
  const emptied = (): boolean => compaction[turn++ % Math.max(1, compaction.length)] ?? false
  const end = (by: number, kind: string): void => {
    const running = open.get(by)
    if (!running) return
    open.delete(by)
    const marker = emptied() ? 'emptied' : kind === 'commit' ? 'commit' : 'abort'
    // A marker is kept while it may still matter: here compaction takes commits only.
    const kept = kind === 'abort' ? 'abort' : marker
    entries.push({
      base,
      next: base + 1,
      bytes: craftBatch({ base, producerId: by, marker: kept })
    })
    if (kind === 'abort') {
      aborted.push({ producerId: BigInt(by), firstOffset: running.first, lastOffset: base })
    } else for (const value of running.values) values.set(value, Number(value.split('.')[0]))
    base++
  }
  for (const { kind, by } of deeds) {
    if (kind !== 'send') {
      end(by, kind)
      continue
    }
    const gone = emptied()
    const own = gone ? [] : [`${base}.${by}`, `${base + 1}.${by}`]
    const common = { base, values: own, lastDelta: 1 }
    if (by === 0) for (const value of own) values.set(value, base)
    else {
      const running = open.get(by) ?? { first: base, values: [] }
      running.values.push(...own)
      open.set(by, running)
    }
    const bytes = craftBatch(by === 0 ? common : { ...common, producerId: by, transactional: true })
    entries.push({ base, next: base + 2, bytes })
    base += 2
  }
  for (const by of [...open.keys()]) end(by, 'abort')
  const visible = [...values.keys()].sort((a, b) => values.get(a)! - values.get(b)!)
  return { entries, aborted, visible, end: base }
}

/**
 * Reads it in answers of so many batches each. A transaction is listed with each answer that it overlaps, as
 * brokers do, or `once`, where it begins: then a reader has to remember.
 */
function read(log: Log, sizes: readonly number[], once: boolean): string[] {
  const place = { slot: 0, topic: 't', topicId: 'i', partition: 0 }
  const partition = new FetchPartition(place, 0, { isolation: 'committed' })
  const seen: string[] = []
  for (let turn = 0; partition.offset < log.end; turn++) {
    const from = log.entries.findIndex(({ next }) => next > partition.offset)
    const taken = log.entries.slice(from, from + (sizes[turn % sizes.length] ?? 1))
    const bytes = Buffer.concat(taken.map(entry => entry.bytes))
    const behind = taken.at(-1)!.next
    const part = {
      topicId: 'i',
      partition: 0,
      error: 0,
      highWatermark: log.end,
      lastStable: log.end,
      logStart: 0,
      divergesAt: undefined,
      // In the order of their ends.
      aborted: log.aborted.filter(
        ({ firstOffset, lastOffset }) =>
          (once ? firstOffset : lastOffset) >= partition.offset && firstOffset < behind
      ),
      preferred: -1,
      start: 0,
      end: bytes.length
    }
    partition.work(bytes, part, partition.advance(bytes, part), {
      batch(_, batch) {
        const records = new RecordWalker(batch.records())
        for (let i = 0; i < batch.count; i++) seen.push(String(records.next().value))
      },
      progress: () => {}
    })
    assert.equal(partition.loss, undefined)
  }
  return seen
}

test('whatever producers commit, abort and compact, and wherever answers end, only committed records are seen, all of them', () => {
  const deeds = fc.array(deed, { minLength: 1, maxLength: 25 })
  const gone = fc.array(fc.boolean(), { maxLength: 7 })
  const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(deeds, gone, sizes, fc.boolean(), (list, compaction, cuts, once) => {
      const log = logOf(list, compaction)
      const seen = read(log, cuts, once)
      assert.deepEqual(seen.toSorted(), log.visible.toSorted())
      const places = seen.map(value => Number(value.split('.')[0]))
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b)
      )
    }),
    { numRuns: RUNS }
  )
})
