import { type ByteReader, ByteWriter } from '../core/bytes.ts'
import { FLAG_COMPACT, FLAG_EMPTY, openDataSketches } from './datasketches-preamble.ts'
import { isPrecision } from './precision.ts'
import { deltaWidth, packDeltas, readDeltas } from './theta-deltas.ts'
import {
  isBelow,
  isEstimating,
  sampleOf,
  THETA_MAX_HIGH,
  THETA_MAX_LOW,
  type ThetaSample
} from './theta-sample.ts'
import { ThetaSketch } from './theta-sketch.ts'

/*
 * Theta sketches of Apache DataSketches, compact (docs/formats/datasketches.md). serVer 3, plain:
 *
 *      0           1   2   3   4   5       6           8       12      16      24
 *     ┌───────────┬───┬───┬───┬───┬───────┬───────────┬───────┬───────┬───────┬─────────────┐
 *     │ pre-longs │ 3 │ 3 │ . │ . │ flags │ seed hash │ count │ p f32 │ theta │ entries u64 │
 *     └───────────┴───┴───┴───┴───┴───────┴───────────┴───────┴───────┴───────┴─────────────┘
 *       1   nothing (flag 4) or, from byte 8, the only entry of an exact sketch
 *       2   exact: entries from 16
 *       3   estimating: as drawn
 *
 * serVer 4, compressed, never for none or a single entry of an exact sketch:
 *
 *      0           1   2   3       4             5       6           8
 *     ┌───────────┬───┬───┬───────┬─────────────┬───────┬───────────┬────────┬───────┬────────┐
 *     │ pre-longs │ 4 │ 3 │ width │ count bytes │ flags │ seed hash │ theta  │ count │ packed │
 *     │  1 or 2   │   │   │ bits  │    1 … 4    │       │           │ with 2 │       │ deltas │
 *     └───────────┴───┴───┴───────┴─────────────┴───────┴───────────┴────────┴───────┴────────┘
 *
 * An exact sketch has no theta: it is 2^63 − 1.
 */
const FORMAT = 'DataSketches theta sketch'
const FAMILY = 3
const PLAIN = 3
const COMPRESSED = 4
const FLAG_BIG_ENDIAN = 1
const FLAG_READ_ONLY = 2
const FLAG_ORDERED = 16
const FLAG_SINGLE = 32
const FLAGS = FLAG_READ_ONLY | FLAG_COMPACT | FLAG_ORDERED
/** The low 16 bits of h1 of the eight bytes of seed 9001, hashed with seed 0: others never merge. */
const SEED_HASH = 0x93cc
/** Java writes none where there is nothing that was hashed. */
const NO_SEED_HASH = 0
/** Theirs don't say how many entries they aim at: 4,096 unless they hold more. */
const PRECISION_USUAL = 12

/**
 * A compact theta sketch of DataSketches, plain (serVer 3) or compressed (serVer 4), ordered or not. Its
 * precision is 12, or the smallest that keeps all its entries, up to 18. The memory taken is at most
 * about 16 times the input.
 * @throws format-damaged, format-version
 */
export function readDataSketchesTheta(bytes: Uint8Array): ThetaSketch {
  const {
    reader,
    bytes: start,
    version,
    flags
  } = openDataSketches(bytes, FORMAT, FAMILY, [PLAIN, COMPRESSED])
  // The upper two bits of the first byte tell how a table would grow.
  const words = start[0]! & 63
  if ((flags & FLAG_BIG_ENDIAN) !== 0) throw reader.damaged('it is big-endian')
  if ((flags & FLAG_COMPACT) === 0) throw reader.damaged('it is not compact')
  if ((flags & FLAG_EMPTY) !== 0) {
    reader.finish()
    return new ThetaSketch(PRECISION_USUAL)
  }
  const seedHash = start[6]! | (start[7]! << 8)
  if (seedHash !== SEED_HASH) {
    throw reader.damaged(`its keys were hashed with another seed (${seedHash}, not ${SEED_HASH})`)
  }
  const sample =
    version === PLAIN
      ? readPlain(reader, words, (flags & FLAG_ORDERED) !== 0)
      : readCompressed(reader, words, start[3]!, start[4]!)
  reader.finish()
  let precision = PRECISION_USUAL
  while (sample.highs.length > 2 ** precision && isPrecision(precision + 1)) precision++
  return ThetaSketch.of(precision, sample)
}

/**
 * A compact theta sketch as DataSketches writes it (as its Java library does, where the languages
 * differ). `compressed` needs a reader of serVer 4.
 */
export function writeDataSketchesTheta(
  sketch: ThetaSketch,
  form: 'plain' | 'compressed'
): Uint8Array {
  const sample = sketch.sample()
  const count = sample.highs.length
  const isSingle = count === 1 && !isEstimating(sample)
  if (count === 0 && !isEstimating(sample)) {
    return startTheta(1, PLAIN, 0, 0, FLAGS | FLAG_EMPTY, NO_SEED_HASH).finish()
  }
  if (count === 0 || isSingle || form === 'plain') return writePlain(sample, isSingle)
  return writeCompressed(sample)
}

function readPlain(reader: ByteReader, words: number, isOrdered: boolean): ThetaSample {
  if (words < 1 || words > 3) throw reader.damaged(`its preamble has ${words} words`)
  let count = 1
  if (words > 1) {
    count = reader.u32()
    reader.u32()
  }
  const [thetaHigh, thetaLow] = readTheta(reader, words === 3)
  const view = viewOf(reader.raw(count * 8))
  const highs = new Uint32Array(count)
  const lows = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    lows[i] = view.getUint32(i * 8, true)
    highs[i] = view.getUint32(i * 8 + 4, true)
  }
  const sample = isOrdered
    ? { thetaHigh, thetaLow, highs, lows }
    : sampleOf(thetaHigh, thetaLow, highs, lows)
  checkEntries(reader, sample)
  return sample
}

function readCompressed(
  reader: ByteReader,
  words: number,
  width: number,
  countBytes: number
): ThetaSample {
  if (words < 1 || words > 2) throw reader.damaged(`its preamble has ${words} words`)
  if (countBytes < 1 || countBytes > 4) throw reader.damaged(`its count has ${countBytes} bytes`)
  const [thetaHigh, thetaLow] = readTheta(reader, words === 2)
  let count = 0
  for (let i = 0; i < countBytes; i++) count += reader.u8() * 2 ** (8 * i)
  return readDeltas(reader, count, width, thetaHigh, thetaLow)
}

function readTheta(reader: ByteReader, isThere: boolean): readonly [high: number, low: number] {
  if (!isThere) return [THETA_MAX_HIGH, THETA_MAX_LOW]
  const low = reader.u32()
  const high = reader.u32()
  if (high > THETA_MAX_HIGH || (high | low) === 0) throw reader.damaged('its theta is out of range')
  return [high, low]
}

function checkEntries(reader: ByteReader, sample: ThetaSample): void {
  const { thetaHigh, thetaLow, highs, lows } = sample
  let highBefore = 0
  let lowBefore = 0
  for (let i = 0; i < highs.length; i++) {
    const high = highs[i]!
    const low = lows[i]!
    if (!isBelow(highBefore, lowBefore, high, low))
      throw reader.damaged('its entries do not ascend')
    if (!isBelow(high, low, thetaHigh, thetaLow))
      throw reader.damaged('an entry is not below theta')
    highBefore = high
    lowBefore = low
  }
}

function writePlain(sample: ThetaSample, isSingle: boolean): Uint8Array {
  const { highs, lows } = sample
  const words = isEstimating(sample) ? 3 : 2
  const writer = isSingle
    ? startTheta(1, PLAIN, 0, 0, FLAGS | FLAG_SINGLE, SEED_HASH)
    : startTheta(words, PLAIN, 0, 0, FLAGS, SEED_HASH).u32(highs.length).u32(0)
  if (words === 3) writer.u32(sample.thetaLow).u32(sample.thetaHigh)
  for (let i = 0; i < highs.length; i++) writer.u32(lows[i]!).u32(highs[i]!)
  return writer.finish()
}

function writeCompressed(sample: ThetaSample): Uint8Array {
  const count = sample.highs.length
  const width = deltaWidth(sample)
  const countBytes = Math.ceil((32 - Math.clz32(count)) / 8)
  const words = isEstimating(sample) ? 2 : 1
  const writer = startTheta(words, COMPRESSED, width, countBytes, FLAGS, SEED_HASH)
  if (words === 2) writer.u32(sample.thetaLow).u32(sample.thetaHigh)
  for (let i = 0; i < countBytes; i++) writer.u8((count >>> (8 * i)) & 0xff)
  return writer.raw(packDeltas(sample, width)).finish()
}

function startTheta(
  words: number,
  version: number,
  width: number,
  countBytes: number,
  flags: number,
  seedHash: number
): ByteWriter {
  const writer = new ByteWriter().u8(words).u8(version).u8(FAMILY).u8(width).u8(countBytes)
  return writer
    .u8(flags)
    .u8(seedHash & 0xff)
    .u8(seedHash >>> 8)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
