import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lostCoupons } from '../../src/sketch/confidence.ts'
import { createSketch } from '../../src/sketch/create.ts'
import { mergeSketches } from '../../src/sketch/merge.ts'
import { registerError } from '../../src/sketch/register-error.ts'
import { estimateRegisters } from '../../src/sketch/register-estimator.ts'
import type { SketchKind } from '../../src/sketch/sketch.ts'
import { randomHashes, sketchOf } from './hash-columns.ts'

/** Kinds with registers, and the values below its largest one that a register knows of. */
const KINDS = [
  ['adaptive', 0],
  ['hll', 0],
  ['ull', 2]
] as const

test('estimates from 10 to 10^6 are within three standard errors', () => {
  const hashes = randomHashes(1_000_000, 10)
  for (const [kind, indicators] of KINDS) {
    for (const precision of [10, 12, 14]) {
      for (const n of [10, 100, 1_000, 10_000, 100_000, 1_000_000]) {
        const { value, low, high } = sketchOf(kind, precision, hashes, 0, n).estimate(0.997)
        const error = registerError(n, precision, indicators)
        assert.ok(Math.abs(value / n - 1) < 3 * error, `${kind}: ${value} for ${n}`)
        assert.ok(low <= n && n <= high, `${kind}: ${low} ${n} ${high}`)
      }
    }
  }
})

test('a hll sketch of few keys is right to the key, as long as no two share a register', () => {
  const hashes = randomHashes(30, 13)
  const sketch = createSketch('hll', 14)
  for (let n = 1; n <= 30; n++) {
    sketch.add(n, 0, hashes.h2lo[n - 1]!, hashes.h2hi[n - 1]!)
    const { value, low, high } = sketch.estimate(0.95)
    assert.deepEqual([value, low], [n, n])
    assert.ok(high <= n + 1)
  }
})

test('bounds hold as often as they say, over merged sketches, also close to the mode change', () => {
  for (const n of [257, 400, 1_024, 6_000]) {
    for (const [kind, indicators] of KINDS) boundsHold(kind, indicators, n)
  }
})

test('the standard error is the known one where it is known', () => {
  // Many keys: 1.0371 / √m. Few: linear counting, √(m·(e^λ − λ − 1)) / n, the most that few bits tell.
  assert.ok(Math.abs(registerError(1e9, 14) * 2 ** 7 - 1.0371) < 1e-3)
  // UltraLogLog, maximum likelihood: √(4.63 bits / 8 bits a register).
  assert.ok(Math.abs(registerError(1e9, 14, 2) * 2 ** 7 - Math.sqrt(4.63 / 8)) < 1e-3)
  const [m, n] = [2 ** 14, 1_000]
  const lambda = n / m
  const linearCounting = Math.sqrt(m * (Math.exp(lambda) - lambda - 1)) / n
  assert.ok(Math.abs(registerError(n, 14) / linearCounting - 1) < 0.03)
})

test('estimates are finite and in order from one register to all of them full', () => {
  let before = 0
  for (let value = 1; value <= 63; value++) {
    const histogram = new Int32Array(64)
    histogram[value] = 16
    const keys = estimateRegisters(histogram, 4)
    assert.ok(keys > before)
    before = keys
  }
  assert.equal(before, Number.POSITIVE_INFINITY)
  assert.equal(estimateRegisters(new Int32Array(64).fill(16, 0, 1), 4), 0)
  for (const [kind] of KINDS) {
    const full = createSketch(kind, 4)
    for (let slot = 0; slot < 64; slot++) full.add(slot, 0, 0, 0)
    const { low, value, high } = full.estimate(0.95)
    assert.equal(value, Number.MAX_SAFE_INTEGER)
    assert.equal(high, Number.MAX_SAFE_INTEGER)
    assert.ok(low > 0 && low < value)
  }
})

test('lost coupons follow the Poisson tail', () => {
  assert.equal(lostCoupons(0, 0.997), 0)
  assert.equal(lostCoupons(1_000, 0.95), 0)
  // Mean 0.0417: P(> 0) = 4.1 %, P(> 1) = 0.085 %.
  assert.equal(lostCoupons(3_100, 0.95), 0)
  assert.equal(lostCoupons(4_096, 0.95), 1)
  assert.equal(lostCoupons(4_096, 0.997), 1)
  // Mean 10.67: P(> 16) = 4.5 %, P(> 17) = 2.5 %; P(> 21) = 0.16 %, P(> 22) = 0.08 %.
  assert.deepEqual(
    [0.95, 0.997].map(c => lostCoupons(65_536, c as 0.95)),
    [17, 22]
  )
})

function boundsHold(kind: SketchKind, indicators: number, n: number): void {
  const runs = 400
  const third = Math.floor(n / 3)
  const held = { 0.68: 0, 0.95: 0, 0.997: 0 }
  let squares = 0
  for (let run = 0; run < runs; run++) {
    const hashes = randomHashes(n, 1_000 * n + run)
    const sketch = sketchOf(kind, 10, hashes, 0, n - third)
    mergeSketches(sketch, sketchOf(kind, 10, hashes, third))
    for (const confidence of [0.68, 0.95, 0.997] as const) {
      const { low, value, high } = sketch.estimate(confidence)
      if (low <= n && n <= high) held[confidence]++
      if (confidence === 0.95) squares += (value / n - 1) ** 2
    }
  }
  const ratio = Math.sqrt(squares / runs) / registerError(n, 10, indicators)
  assert.ok(0.88 < ratio && ratio < 1.12, `root mean square error is ${ratio} of theory at ${n}`)
  assert.ok(held[0.68] / runs > 0.6, `68 %: ${held[0.68]}`)
  assert.ok(held[0.95] / runs > 0.92 && held[0.95] / runs < 0.985, `95 %: ${held[0.95]}`)
  assert.ok(held[0.997] / runs > 0.985, `99.7 %: ${held[0.997]}`)
}
