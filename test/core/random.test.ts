import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Random } from '../../src/core/random.ts'

function take(seed: number, count: number): number[] {
  const random = new Random(seed)
  return Array.from({ length: count }, () => random.uint32())
}

test('the sequence of a seed is frozen: generated data must stay the same for ever', () => {
  assert.deepEqual(take(0, 4), [1_427_488_602, 1_980_682_239, 456_575_201, 3_300_212_312])
  assert.deepEqual(take(42, 4), [1_849_552_023, 4_223_452_576, 118_919_111, 3_893_884_377])
})

test('seeds that differ anywhere in 53 bits give different sequences', () => {
  assert.notDeepEqual(take(1, 4), take(2, 4))
  assert.notDeepEqual(take(1, 4), take(1 + 2 ** 32, 4))
  assert.notDeepEqual(take(1, 4), take(1 + 2 ** 52, 4))
})

test('numbers stay in their range for any seed', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 2 ** 32 - 1 }), (seed, bound) => {
      const random = new Random(seed)
      const whole = random.uint32()
      assert.ok(Number.isInteger(whole) && whole >= 0 && whole < 2 ** 32)
      const real = random.real()
      assert.ok(real >= 0 && real < 1)
      const below = random.below(bound)
      assert.ok(Number.isInteger(below) && below >= 0 && below < bound)
    })
  )
})

test('values are spread evenly, bit by bit and over sixteen faces', () => {
  const random = new Random(7)
  const draws = 64_000
  const faces = new Array<number>(16).fill(0)
  const bits = new Array<number>(32).fill(0)
  for (let i = 0; i < draws; i++) {
    faces[random.below(16)]!++
    const word = random.uint32()
    for (let bit = 0; bit < 32; bit++) bits[bit]! += (word >>> bit) & 1
  }
  // Six standard deviations: a fixed seed, so this fails only when the generator changes.
  for (const count of faces) assert.ok(Math.abs(count - 4_000) < 6 * Math.sqrt(3_750))
  for (const ones of bits) assert.ok(Math.abs(ones - 32_000) < 6 * Math.sqrt(16_000))
})
