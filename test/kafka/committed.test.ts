import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AbortedTransaction, CommittedFilter } from '../../src/kafka/batch/committed.ts'
import { BatchWalker } from '../../src/kafka/batch/record-batch.ts'
import { RecordWalker } from '../../src/kafka/batch/record-walker.ts'
import { type Crafted, craftBatch } from './crafted-batch.ts'

const data = (base: number, producerId: number, value: string): Crafted => ({
  base,
  producerId,
  transactional: true,
  values: [value]
})
const plain = (base: number, value: string): Crafted => ({ base, values: [value] })
const abort = (base: number, producerId: number): Crafted => ({ base, producerId, marker: 'abort' })
const commit = (base: number, producerId: number): Crafted => ({
  base,
  producerId,
  marker: 'commit'
})
const aborted = (producerId: number, firstOffset: number): AbortedTransaction => ({
  producerId: BigInt(producerId),
  firstOffset
})

interface Response {
  readonly batches: readonly Crafted[]
  readonly aborted?: readonly AbortedTransaction[]
}

function visible(responses: readonly Response[]): string[] {
  const filter = new CommittedFilter()
  const seen: string[] = []
  for (const { batches, aborted: list = [] } of responses) {
    const bytes = Buffer.concat(batches.map(craftBatch))
    const walker = new BatchWalker({ topic: 't', partition: 0 })
    walker.begin(bytes, 0, bytes.length)
    filter.begin(list)
    while (walker.next()) {
      if (filter.skips(walker)) continue
      const records = new RecordWalker(walker.records())
      for (let i = 0; i < walker.count; i++) seen.push(String(records.next().value))
    }
  }
  return seen
}

test('committed and plain records are seen, control records are not', () => {
  const batches = [plain(0, 'p'), data(1, 7, 'c'), commit(2, 7), plain(3, 'q')]
  assert.deepEqual(visible([{ batches }]), ['p', 'c', 'q'])
})

test('one abort hides its records only', () => {
  const batches = [data(0, 7, 'a'), plain(1, 'p'), abort(2, 7), data(3, 7, 'c'), commit(4, 7)]
  assert.deepEqual(visible([{ batches, aborted: [aborted(7, 0)] }]), ['p', 'c'])
})

test('two aborts by one producer hide both', () => {
  const batches = [data(0, 7, 'a'), abort(1, 7), data(2, 7, 'b'), abort(3, 7), plain(4, 'p')]
  assert.deepEqual(visible([{ batches, aborted: [aborted(7, 0), aborted(7, 2)] }]), ['p'])
})

test('abort, commit, abort by one producer leave the middle one', () => {
  const batches = [
    data(0, 7, 'a'),
    abort(1, 7),
    data(2, 7, 'c'),
    commit(3, 7),
    data(4, 7, 'b'),
    abort(5, 7)
  ]
  assert.deepEqual(visible([{ batches, aborted: [aborted(7, 4), aborted(7, 0)] }]), ['c'])
})

test('the marker may come in a later response, with or without the list repeated', () => {
  for (const again of [[], [aborted(7, 0)]]) {
    const first = { batches: [data(0, 7, 'a'), data(1, 7, 'b')], aborted: [aborted(7, 0)] }
    const second = {
      batches: [data(2, 7, 'd'), abort(3, 7), data(4, 7, 'c'), commit(5, 7)],
      aborted: again
    }
    assert.deepEqual(visible([first, second]), ['c'])
  }
})

test('interleaved producers do not touch each other', () => {
  const batches = [
    data(0, 7, 'a7'),
    data(1, 8, 'c8'),
    data(2, 9, 'a9'),
    abort(3, 7),
    data(4, 7, 'c7'),
    commit(5, 8),
    data(6, 8, 'a8'),
    abort(7, 9),
    commit(8, 7),
    abort(9, 8)
  ]
  const list = [aborted(7, 0), aborted(9, 2), aborted(8, 6)]
  assert.deepEqual(visible([{ batches, aborted: list }]), ['c8', 'c7'])
})

test('an aborted transaction hides nothing before its first offset', () => {
  const batches = [data(0, 7, 'c'), commit(1, 7), data(2, 7, 'a'), abort(3, 7)]
  assert.deepEqual(visible([{ batches, aborted: [aborted(7, 2)] }]), ['c'])
})

test('a producer that aborts does not hide its records without a transaction', () => {
  const batches = [data(0, 7, 'a'), { base: 1, producerId: 7, values: ['p'] }, abort(2, 7)]
  assert.deepEqual(visible([{ batches, aborted: [aborted(7, 0)] }]), ['p'])
})

test('a control batch that compaction emptied marks nothing', () => {
  const emptied: Crafted = { base: 1, producerId: 7, marker: 'emptied' }
  const batches = [data(0, 7, 'a'), emptied, data(2, 7, 'b'), abort(3, 7), plain(4, 'p')]
  assert.deepEqual(visible([{ batches, aborted: [aborted(7, 0)] }]), ['p'])
})

test('a control batch without a readable marker is corrupt', () => {
  const bad = craftBatch({ base: 0, producerId: 7, transactional: true, values: ['x'] })
  bad.writeInt16BE(0x30, 21)
  const walker = new BatchWalker({ topic: 't', partition: 0 })
  walker.begin(bad, 0, bad.length)
  walker.next()
  assert.throws(() => new CommittedFilter().skips(walker), /control batch: it has no marker/)
})
