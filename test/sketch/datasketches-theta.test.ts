import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  readDataSketchesTheta,
  writeDataSketchesTheta
} from '../../src/sketch/datasketches-theta.ts'
import { sampleOf, THETA_MAX_HIGH, THETA_MAX_LOW } from '../../src/sketch/theta-sample.ts'
import { ThetaSketch } from '../../src/sketch/theta-sketch.ts'
import { onlyGolden, thetaFiles } from './datasketches-files.ts'
import { sketchOf } from './hash-columns.ts'
import { integerHashes } from './integer-hashes.ts'

const PRECISION = 12
const NOMINAL = 2 ** PRECISION
const hashes = integerHashes(105_000)
const FORMS = ['plain', 'compressed'] as const
const ofIntegers = thetaFiles.filter(({ n }) => n >= 0)

test('theta files of every form, size and language are there', { skip: onlyGolden }, () => {
  assert.equal(thetaFiles.length, 6 * 2 + 5 * 2 + 2 + 2)
})

for (const { name, bytes, form, n } of ofIntegers) {
  test(`${name} reads to ${n} keys, exactly up to 4,096`, () => {
    const { value, low, high } = readDataSketchesTheta(bytes).estimate(0.997)
    assert.ok(low <= n && n <= high, `${low} ${n} ${high}`)
    if (n <= NOMINAL) assert.deepEqual([low, value, high], [n, n, n])
  })

  test(`${name} is what we write of the same integers`, () => {
    // The state of their update sketch, which was not trimmed before it was written.
    const written = writeDataSketchesTheta(untrimmed(n), form)
    const expected = bytes.slice()
    // For no key or a single one we write what Java does.
    if (n === 0) expected.fill(0, 6)
    if (n === 1) expected[5]! |= 32
    assert.deepEqual(written, expected)
  })

  test(`${name} merged with ours is the sketch of all keys`, () => {
    const to = n + 5_000
    const ours = sketchOf('theta', PRECISION, hashes, n >> 1, to) as ThetaSketch
    const all = sketchOf('theta', PRECISION, hashes, 0, to)
    const theirs = readDataSketchesTheta(bytes)
    const before = theirs.serialize()
    ours.merge(theirs)
    assert.deepEqual(ours.serialize(), all.serialize())
    assert.deepEqual(theirs.serialize(), before)
  })
}

test('a theta below 1 without entries is an unknown number of keys, not none', () => {
  const files = thetaFiles.filter(({ n }) => n < 0)
  assert.ok(files.length > 0)
  for (const { bytes } of files) {
    const sketch = readDataSketchesTheta(bytes)
    const { value, low, high } = sketch.estimate(0.95)
    assert.deepEqual([value, low], [0, 0])
    // One key in a hundred is in the sample: 0.99^367.04 = 2.5 %.
    assert.equal(high, 367)
    assert.deepEqual(writeDataSketchesTheta(sketch, 'plain'), bytes)
    assert.deepEqual(writeDataSketchesTheta(sketch, 'compressed'), bytes)
  }
})

test('ours go to DataSketches and back, plain and compressed', () => {
  for (const n of [0, 1, 2, 7, 8, 255, 256, 1_537, 4_096, 4_097, 4_098, 10_000, 100_000]) {
    const ours = sketchOf('theta', PRECISION, hashes, 0, n) as ThetaSketch
    for (const form of FORMS) {
      const bytes = writeDataSketchesTheta(ours, form)
      assert.deepEqual(readDataSketchesTheta(bytes).serialize(), ours.serialize())
      assert.equal(bytes[1], form === 'compressed' && n > 1 ? 4 : 3)
    }
  }
})

test('larger sketches of ours keep all their entries', () => {
  for (const precision of [13, 15]) {
    const ours = sketchOf('theta', precision, hashes) as ThetaSketch
    for (const form of FORMS) {
      const back = readDataSketchesTheta(writeDataSketchesTheta(ours, form))
      assert.deepEqual(back.serialize(), ours.serialize())
    }
  }
})

test('entries in no order are put in order', () => {
  const [ORDERED_AT, ENTRIES_AT, ENTRY] = [5, 24, 8]
  const ours = sketchOf('theta', PRECISION, hashes) as ThetaSketch
  const bytes = writeDataSketchesTheta(ours, 'plain')
  bytes[ORDERED_AT]! &= ~16
  const first = bytes.slice(ENTRIES_AT, ENTRIES_AT + ENTRY)
  bytes.copyWithin(ENTRIES_AT, ENTRIES_AT + ENTRY)
  bytes.set(first, bytes.length - ENTRY)
  assert.deepEqual(readDataSketchesTheta(bytes).serialize(), ours.serialize())
})

/** The update sketch of DataSketches: trimmed only when its table of 2k places is 15/16 full. */
function untrimmed(n: number): ThetaSketch {
  const tableMax = (2 * NOMINAL * 15) / 16
  let theta = (BigInt(THETA_MAX_HIGH) << 32n) | BigInt(THETA_MAX_LOW)
  let entries: bigint[] = []
  for (let i = 0; i < n; i++) {
    const entry = ((BigInt(hashes.h1hi[i]!) << 32n) | BigInt(hashes.h1lo[i]!)) >> 1n
    if (entry >= theta) continue
    entries.push(entry)
    if (entries.length <= tableMax) continue
    entries = [...new BigUint64Array(entries).sort()]
    theta = entries[NOMINAL]!
    entries = entries.slice(0, NOMINAL)
  }
  const highs = Uint32Array.from(entries, entry => Number(entry >> 32n))
  const lows = Uint32Array.from(entries, entry => Number(entry & 0xffff_ffffn))
  const sample = sampleOf(Number(theta >> 32n), Number(theta & 0xffff_ffffn), highs, lows)
  return ThetaSketch.of(PRECISION + 1, sample)
}
