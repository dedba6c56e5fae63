import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Accounting } from '../../src/combine/accounting.ts'
import type { Flush } from '../../src/combine/combiner.ts'
import { partitionOfGroup } from '../../src/combine/group.ts'
import { decodeMark, MARK_TYPE } from '../../src/combine/mark.ts'
import { decodePartial, type Partial } from '../../src/combine/partial.ts'
import type { LogName } from '../../src/port/log.ts'
import type { TransactionWork } from '../../src/port/transaction.ts'
import { flushWork } from '../../src/runtime/flush-work.ts'
import { createSketch } from '../../src/sketch/create.ts'

const TASKS = 4
const range = { source: 'topic-id', partition: 6, from: 10, to: 13 }
const clockState = Uint8Array.of(1, 2, 3)
const partitions = (log: LogName): number => (log === 'control' ? 1 : TASKS)

function partialOf(group: string): Partial {
  const sketch = createSketch('exact', 14)
  return { range, start: 0, group, mask: 1, frames: 1, late: 0, sketch, audit: undefined }
}

function flushOf(groups: readonly string[], rejects: number): Flush {
  return {
    partials: groups.map(partialOf),
    mark: {
      range,
      partitions: 8,
      state: 'behind',
      clock: 5,
      vouched: Number.NEGATIVE_INFINITY,
      clockState,
      accounting: new Accounting()
    },
    rejects: Array.from({ length: rejects }, (_, offset) => {
      const where = { source: 'topic-id', partition: 6, offset, reason: 'no-key' }
      return { ...where, bytes: Uint8Array.of(123), size: 1 }
    }),
    rejectsDropped: 0
  }
}

const appendsTo = ({ appends }: TransactionWork, log: LogName) =>
  appends.filter(append => append.log === log)

test('a flush has a mark for every partition of partials, behind all its partials there', () => {
  const groups = ['["ch"]', '["de"]', '["fr"]', '["it"]', '["ch"]']
  const work = flushWork(flushOf(groups, 0), partitions)
  const found = appendsTo(work, 'partials')
  assert.deepEqual(
    found.map(({ partition }) => partition),
    [0, 1, 2, 3]
  )
  for (const { partition, records } of found) {
    const types = records.map(({ value }) => value![0])
    assert.equal(types.indexOf(MARK_TYPE), records.length - 1)
    const here = records.slice(0, -1).map(({ value }) => decodePartial(value!).group)
    const expected = groups.filter(group => partitionOfGroup(group, TASKS) === partition)
    assert.deepEqual(here, expected)
    assert.deepEqual(decodeMark(records.at(-1)!.value!).range, range)
  }
})

test('the clock travels with the first mark and with the offset, so both can go on from it', () => {
  const work = flushWork(flushOf([], 0), partitions)
  const states = appendsTo(work, 'partials').map(
    ({ records }) => decodeMark(records.at(-1)!.value!).clockState
  )
  assert.deepEqual(
    states.map(each => [...each]),
    [[...clockState], [], [], []]
  )
  assert.equal(work.offset?.offset, range.to)
  assert.deepEqual([...Buffer.from(work.offset!.metadata, 'base64')], [...clockState])
})

test('rejects go with the flush, all of an input partition to one place', () => {
  const [append, ...more] = appendsTo(flushWork(flushOf([], 2), partitions), 'rejects')
  assert.equal(append?.partition, range.partition % TASKS)
  assert.equal(append?.records.length, 2)
  assert.deepEqual(more, [])
  assert.deepEqual(appendsTo(flushWork(flushOf([], 0), partitions), 'rejects'), [])
})
