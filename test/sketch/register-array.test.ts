import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { RegisterArray } from '../../src/sketch/register-array.ts'

const random = new Random(8)

function filled(precision: number): RegisterArray {
  const array = new RegisterArray(precision)
  // All values 0 … 63 in all neighbourhoods, not only the likely ones.
  for (let i = 0; i < array.values.length; i++) array.values[i] = random.below(64)
  return array
}

test('merging takes the larger register, for every pair of values', () => {
  const left = new RegisterArray(12)
  const right = new RegisterArray(12)
  for (let i = 0; i < 4_096; i++) {
    left.values[i] = i & 63
    right.values[i] = i >> 6
  }
  left.merge(right)
  for (let i = 0; i < 4_096; i++) assert.equal(left.values[i], Math.max(i & 63, i >> 6))
})

test('merging a higher precision folds its slots', () => {
  for (const [low, high] of [
    [4, 4],
    [4, 5],
    [4, 10],
    [8, 9]
  ] as const) {
    const left = filled(low)
    const right = filled(high)
    const expected = left.values.slice()
    for (let slot = 0; slot < right.values.length; slot++) {
      const to = slot & (expected.length - 1)
      expected[to] = Math.max(expected[to]!, right.values[slot]!)
    }
    left.merge(right)
    assert.deepEqual(left.values, expected)
  }
})

test('the histogram counts each value, also after each kind of change', () => {
  const array = filled(6)
  check(array)
  array.add(5, 0, 0)
  check(array)
  array.addCoupon((63 << 26) | 9)
  check(array)
  array.merge(filled(7))
  check(array)
  array.clear()
  check(array)
})

function check(array: RegisterArray): void {
  const counts = new Array<number>(64).fill(0)
  for (const value of array.values) counts[value]!++
  assert.deepEqual([...array.histogram()], counts)
}
