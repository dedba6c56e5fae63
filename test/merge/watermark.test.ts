import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Accounting } from '../../src/combine/accounting.ts'
import type { Mark, MarkState } from '../../src/combine/mark.ts'
import { LEASE_MS, MOMENT_MS, Watermark } from '../../src/merge/watermark.ts'

function mark(
  partition: number,
  clock: number,
  state: MarkState,
  partitions = 2,
  vouched = Number.NEGATIVE_INFINITY,
  source = 's'
): Mark {
  return {
    range: { source, partition, from: 0, to: 1 },
    partitions,
    state,
    clock,
    vouched,
    clockState: new Uint8Array(0),
    accounting: new Accounting()
  }
}

test('it is the least of all partitions, and unknown until each has said something', () => {
  const watermark = new Watermark(5_000, ['s'])
  watermark.advance(0)
  assert.equal(watermark.value, Number.NEGATIVE_INFINITY)
  watermark.observe(mark(0, 100_000, 'behind'), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, Number.NEGATIVE_INFINITY)
  watermark.observe(mark(1, 60_000, 'at-end'), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, 55_000)
})

test('it never moves back', () => {
  const watermark = new Watermark(0, ['s'])
  watermark.observe(mark(0, 100, 'behind', 1), 0, true)
  watermark.advance(0)
  watermark.observe(mark(0, 50, 'behind', 1), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, 100)
})

test('an idle partition is left out until its lease ends', () => {
  const watermark = new Watermark(0, ['s'])
  watermark.observe(mark(0, 1_000, 'behind'), 0, true)
  watermark.observe(mark(1, 10, 'idle'), 0, true)
  watermark.advance(LEASE_MS)
  assert.equal(watermark.value, 1_000)
  watermark.observe(mark(0, 2_000, 'behind'), LEASE_MS + 1, true)
  watermark.advance(LEASE_MS + 1)
  assert.equal(watermark.value, 1_000, 'the silent owner holds it')
})

test('a stored idle mark holds the watermark until it is said again', () => {
  const watermark = new Watermark(0, ['s'])
  watermark.observe(mark(0, 1_000, 'behind'), 0, true)
  watermark.observe(mark(1, 10, 'idle'), 0, false)
  watermark.advance(0)
  assert.equal(watermark.value, 10)
})

test('while all are idle it moves on at wall-clock speed from the newest clock', () => {
  const watermark = new Watermark(5_000, ['s'])
  watermark.observe(mark(0, 60_000, 'idle'), 0, true)
  watermark.observe(mark(1, 70_000, 'idle'), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, 65_000)
  assert.equal(watermark.movedByIdling, false)
  watermark.advance(1_000)
  watermark.advance(3_000)
  assert.equal(watermark.value, 68_000)
  assert.equal(watermark.movedByIdling, true)
})

test('a topic without any mark holds everything', () => {
  const watermark = new Watermark(0, ['s', 'other'])
  watermark.observe(mark(0, 1_000, 'behind', 1), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, Number.NEGATIVE_INFINITY)
})

test('where no partition has a clock, the newest vouched time stands in for it while all are idle', () => {
  const watermark = new Watermark(5_000, ['s'])
  const none = Number.NEGATIVE_INFINITY
  watermark.observe(mark(0, none, 'idle', 2, 60_000), 0, true)
  watermark.observe(mark(1, none, 'idle'), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, 55_000)
  watermark.advance(2_000)
  assert.equal(watermark.value, 57_000)
  assert.equal(watermark.movedByIdling, true)
})

test('a vouched time is no clock: a partition that is not idle holds the watermark', () => {
  const watermark = new Watermark(0, ['s'])
  watermark.observe(mark(0, Number.NEGATIVE_INFINITY, 'at-end', 1, 60_000), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, Number.NEGATIVE_INFINITY)
})

test('a new owner that has seen nothing vouched does not take back what the last one saw', () => {
  const watermark = new Watermark(0, ['s'])
  const none = Number.NEGATIVE_INFINITY
  watermark.observe(mark(0, none, 'behind', 1, 60_000), 0, true)
  watermark.observe(mark(0, none, 'idle', 1), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, 60_000)
})

test('a partition at its end holds it back by max-hold at most; one that is behind without a bound', () => {
  const held = new Watermark(0, ['s'], 600_000)
  held.observe(mark(0, 10_000_000, 'at-end'), 0, true)
  held.observe(mark(1, 9_500_000, 'at-end'), 0, true)
  held.advance(0)
  assert.equal(held.value, 9_500_000, 'within the bound it counts')
  held.observe(mark(0, 10_200_000, 'at-end'), 0, true)
  held.advance(0)
  assert.equal(held.value, 10_200_000, 'beyond it counts as idle')
  held.observe(mark(0, 20_000_000, 'at-end'), 0, true)
  held.observe(mark(1, 10_300_000, 'behind'), 0, true)
  held.advance(0)
  assert.equal(held.value, 10_300_000, 'whoever has more to read is waited for')
})

test('it names who is furthest behind of those being read, so many of them', () => {
  const watermark = new Watermark(0, ['s'])
  const slowest = (nowMs: number, max = 8) =>
    watermark.slowest(nowMs, max)?.map(({ partition, clock }) => [partition, clock])
  assert.equal(slowest(0), undefined, 'nothing was said')
  watermark.observe(mark(0, 30, 'behind', 3), 0, true)
  watermark.observe(mark(1, 20, 'paused', 3), 0, true)
  assert.equal(slowest(0), undefined, 'one has said nothing')
  watermark.observe(mark(2, Number.NEGATIVE_INFINITY, 'behind', 3), 0, true)
  assert.equal(slowest(0), undefined, 'one has no clock')
  watermark.observe(mark(2, 10, 'at-end', 3), 0, true)
  assert.deepEqual(slowest(0), [
    [1, 20],
    [0, 30]
  ])
  assert.deepEqual(slowest(0, 1), [[1, 20]])
  assert.deepEqual(slowest(LEASE_MS + 1)?.[0], [2, 10], 'its owner has fallen silent')
})

test('one that was at its end a moment ago is not waited for', () => {
  const watermark = new Watermark(0, ['s'])
  watermark.observe(mark(0, 10, 'at-end', 1), 0, true)
  watermark.observe(mark(0, 11, 'behind', 1), 1_000, true)
  assert.deepEqual(watermark.slowest(MOMENT_MS, 8), [])
  assert.equal(watermark.slowest(MOMENT_MS + 1, 8)?.length, 1)
})

test('one that is held back holds the watermark like any that is behind', () => {
  const watermark = new Watermark(0, ['s'])
  watermark.observe(mark(0, 100, 'paused', 1), 0, true)
  watermark.advance(LEASE_MS * 2)
  assert.equal(watermark.value, 100)
})

test('a partition that is added holds it from when anybody knows of it until its first mark', () => {
  const watermark = new Watermark(0, ['s'])
  watermark.follow([{ id: 's', partitions: 1, retired: false }])
  watermark.observe(mark(0, 1_000, 'behind', 1), 0, true)
  watermark.advance(0)
  watermark.follow([{ id: 's', partitions: 2, retired: false }])
  watermark.observe(mark(0, 2_000, 'behind', 1), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, 1_000)
  watermark.observe(mark(1, 1_500, 'behind', 2), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, 1_500)
  // A mark may know more than the record.
  watermark.observe(mark(0, 3_000, 'behind', 3), 0, true)
  watermark.observe(mark(1, 3_000, 'behind', 2), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, 1_500)
})

test('a topic that is added holds it, a retired one does not', () => {
  const watermark = new Watermark(0, ['s'])
  const s = { id: 's', partitions: 1, retired: false }
  watermark.observe(mark(0, 1_000, 'behind', 1), 0, true)
  watermark.follow([s, { id: 't', partitions: 1, retired: false }])
  watermark.advance(0)
  assert.equal(watermark.value, Number.NEGATIVE_INFINITY)
  watermark.observe(mark(0, 700, 'behind', 1, Number.NEGATIVE_INFINITY, 't'), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, 700)
  watermark.follow([s, { id: 't', partitions: 1, retired: true }])
  // What was on its way when it was retired.
  watermark.observe(mark(0, 800, 'behind', 1, Number.NEGATIVE_INFINITY, 't'), 0, true)
  watermark.advance(0)
  assert.equal(watermark.value, 1_000)
})
