import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { estimateOfCapped } from '../../src/sketch/capped-estimator.ts'
import { RegisterArray } from '../../src/sketch/register-array.ts'
import { estimateOfRegisters } from '../../src/sketch/register-state.ts'

const ADDRESS_BITS = 26

test('a cap that nobody reaches changes nothing', () => {
  const random = new Random(3)
  const registers = new RegisterArray(9)
  for (let keys = 1; keys <= 20_000; keys++) {
    add(registers, random, 60)
    if (keys % 997 > 1) continue
    const capped = estimateOfCapped(registers.histogram(), 9, 60, 0.95)
    assert.deepEqual(capped, estimateOfRegisters(registers, 0.95), `${keys} keys`)
  }
})

// Cap 1 is linear counting; cap 7 is what three bits hold.
for (const [cap, keys] of [
  [1, 40],
  [1, 500],
  [2, 1_000],
  [3, 2_000],
  [7, 8_000]
] as const) {
  test(`with cap ${cap} the 95 % bounds hold ${keys} keys in 256 registers`, () => {
    const random = new Random(11)
    const runs = 200
    let inside = 0
    let sum = 0
    for (let run = 0; run < runs; run++) {
      const registers = new RegisterArray(8)
      for (let i = 0; i < keys; i++) add(registers, random, cap)
      const { value, low, high } = estimateOfCapped(registers.histogram(), 8, cap, 0.95)
      inside += Number(low <= keys && keys <= high)
      sum += value
    }
    assert.ok(inside / runs > 0.91, `${inside} of ${runs}`)
    assert.ok(Math.abs(sum / runs / keys - 1) < 0.015, `mean ${sum / runs}`)
  })
}

test('full registers have a lower bound and no upper one', () => {
  const histogram = new Int32Array(64)
  histogram[1] = 256
  const { value, low, high } = estimateOfCapped(histogram, 8, 1, 0.95)
  assert.deepEqual([value, high], [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])
  // 256 places are all taken with probability 1/40 by 1,082 keys, when these fall independently.
  assert.ok(1_000 < low && low < 1_200, String(low))
})

test('no keys are none', () => {
  const histogram = new Int32Array(64)
  histogram[0] = 256
  const { value, low, high } = estimateOfCapped(histogram, 8, 7, 0.997)
  assert.deepEqual([value, low, high], [0, 0, 0])
})

function add(registers: RegisterArray, random: Random, cap: number): void {
  const value = Math.min(Math.clz32(random.uint32()) + 1, cap)
  registers.addCoupon((value << ADDRESS_BITS) | (random.uint32() >>> (32 - registers.precision)))
}
