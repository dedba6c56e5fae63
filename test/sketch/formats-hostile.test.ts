import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AnySketch,
  formatOf,
  readSketch,
  type SketchFormat
} from '../../src/cli/sketch/sketch-format.ts'
import { crc32c } from '../../src/core/crc32c.ts'
import { isFailure } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { mutated } from './byte-mutation.ts'
import { type FormatSample, formatSamples } from './format-samples.ts'

/** A long run: HEADCOUNT_RUNS=1000000 node --test test/sketch/formats-hostile.test.ts */
const RUNS = Number(process.env.HEADCOUNT_RUNS ?? 8_000)
/** Longer than any pause of a busy machine, far shorter than a loop over a count of 2^32. */
const HANG_MS = 3_000
/**
 * What reading, writing and uniting may take beside a multiple of the input, garbage included: a
 * postgresql-hll of few bytes stands for up to 2^17 registers of one byte, each time it is read.
 */
const FIXED_BYTES = 3_000_000
const BYTES_A_BYTE = 100
/** What a sketch may hold: 2^17 registers of postgresql-hll, or 16 times the input. */
const HELD_BYTES = 140_000
const HELD_A_BYTE = 16

const samples = formatSamples()
const formats = [...new Set(samples.map(sample => sample.format))]

interface Outcome {
  valid: number
  refused: number
}

test(`${RUNS} mutated sketches of all formats are a sketch or a typed error`, t => {
  const random = new Random(4)
  const outcomes = new Map<SketchFormat, Outcome>(
    formats.map(format => [format, { valid: 0, refused: 0 }])
  )
  let slowest = 0
  let mostBytes = 0
  for (let run = 0; run < RUNS; run++) {
    const sample = samples[run % samples.length]!
    const bytes = mutatedSample(sample, random)
    const before = bytesInUse()
    const started = performance.now()
    const isValid = survives(bytes, sample)
    slowest = Math.max(slowest, performance.now() - started)
    const taken = bytesInUse() - before
    mostBytes = Math.max(mostBytes, taken)
    assert.ok(slowest < HANG_MS, `${sample.name}, run ${run}: ${slowest} ms`)
    assert.ok(
      taken <= FIXED_BYTES + BYTES_A_BYTE * bytes.length,
      `${sample.name}, run ${run}: ${taken} bytes for ${bytes.length}`
    )
    outcomes.get(sample.format)![isValid ? 'valid' : 'refused']++
  }
  for (const [format, { valid, refused }] of outcomes) {
    t.diagnostic(`${format}: ${valid} valid, ${refused} refused`)
    const share = valid / (valid + refused)
    assert.ok(share > 0.02 && share < 0.98, `${format}: ${share} of the mutations were valid`)
  }
  t.diagnostic(`slowest ${slowest.toFixed(1)} ms, at most ${(mostBytes / 1e6).toFixed(1)} MB`)
})

test('an envelope that was changed anywhere without its checksum is refused', () => {
  const random = new Random(5)
  const envelopes = samples.filter(sample => sample.format === 'headcount')
  for (let run = 0; run < RUNS / 4; run++) {
    const { bytes } = envelopes[run % envelopes.length]!
    const changed = mutated(bytes, envelopes[random.below(envelopes.length)]!.bytes, random)
    if (samples.some(sample => isSame(sample.bytes, changed))) continue
    assert.throws(
      () => readSketch(changed, 'headcount'),
      error => isFailure(error, 'format-damaged', 'format-version')
    )
  }
})

/** Envelopes mostly get a right checksum again, or nothing behind it would ever be tried. */
function mutatedSample({ format, bytes }: FormatSample, random: Random): Uint8Array {
  const alike = samples.filter(sample => sample.format === format)
  const changed = mutated(bytes, alike[random.below(alike.length)]!.bytes, random)
  if (format !== 'headcount' || changed.length < 4 || random.below(16) === 0) return changed
  const end = changed.length - 4
  new DataView(changed.buffer).setUint32(end, crc32c(changed, 0, end), true)
  return changed
}

/** True for a valid sketch, false for a typed error; anything else is thrown. */
function survives(bytes: Uint8Array, { format }: FormatSample): boolean {
  formatOf(bytes)
  let sketch: AnySketch
  try {
    sketch = readSketch(bytes, format)
  } catch (error) {
    assert.ok(isFailure(error, 'format-damaged', 'format-version'), String(error))
    return false
  }
  holds(sketch, bytes, format)
  return true
}

/** What was accepted keeps every promise of a sketch. */
function holds(sketch: AnySketch, bytes: Uint8Array, format: SketchFormat): void {
  for (const confidence of [0.68, 0.95, 0.997] as const) {
    const { low, value, high } = sketch.estimate(confidence)
    assert.ok(Number.isSafeInteger(low) && Number.isSafeInteger(high))
    assert.ok(0 <= low && low <= value && value <= high, `${low} ${value} ${high}`)
  }
  const { memoryBytes } = sketch as unknown as { readonly memoryBytes: number }
  assert.ok(memoryBytes <= HELD_BYTES + HELD_A_BYTE * bytes.length, `${memoryBytes} bytes held`)
  const written = sketch.serialize()
  // One content, one sequence of bytes: an envelope that is read is written alike.
  if (format === 'headcount') assert.deepEqual(written, bytes)
  const isOwn = format !== 'redis' && format !== 'postgresql-hll'
  const again = readSketch(written, isOwn ? 'headcount' : format)
  assert.deepEqual(again.serialize(), written)
  assert.deepEqual(again.estimate(0.95), sketch.estimate(0.95))
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, i) => byte === right[i])
}

function bytesInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
