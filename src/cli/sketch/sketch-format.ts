import { failure } from '../../core/errors.ts'
import { readDataSketchesHll, writeDataSketchesHll } from '../../sketch/datasketches-hll.ts'
import { readDataSketchesTheta, writeDataSketchesTheta } from '../../sketch/datasketches-theta.ts'
import { type Confidence, type Estimate, type Sketch, wrapSketch } from '../../sketch/index.ts'
import { PostgresHll } from '../../sketch/postgres-hll.ts'
import { RedisHll } from '../../sketch/redis-hll.ts'
import { ThetaSketch } from '../../sketch/theta-sketch.ts'

/** Formats over the hash of headcount, which can be turned into each other. */
export type TargetFormat =
  | 'headcount'
  | 'datasketches-hll4'
  | 'datasketches-hll6'
  | 'datasketches-hll8'
  | 'datasketches-theta'
  | 'datasketches-theta-compressed'

/** What a file can be. Redis and PostgreSQL have hashes of their own, so they stay what they are. */
export type SketchFormat = TargetFormat | 'redis' | 'postgresql-hll'

/** A sketch of any format. `entries` is −1, or absent, where they aren't kept. */
export interface AnySketch {
  readonly kind: string
  readonly precision: number
  readonly entries?: number
  estimate(confidence: Confidence): Estimate
  serialize(): Uint8Array
}

const DATASKETCHES_HLL = 7
const DATASKETCHES_THETA = 3
const COMPRESSED_VERSION = 4
const hllFormats = ['datasketches-hll4', 'datasketches-hll6', 'datasketches-hll8'] as const

/**
 * Tells a format by its first bytes. Of DataSketches the third byte is the family, and the first, less
 * its two upper bits, at most 10; a postgresql-hll starts with 0x11 … 0x14.
 */
export function formatOf(bytes: Uint8Array): SketchFormat | undefined {
  if (startsWith(bytes, 'hcs')) return 'headcount'
  if (startsWith(bytes, 'HYLL')) return 'redis'
  const first = bytes[0] ?? 0
  if (bytes.length >= 3 && first >= 0x11 && first <= 0x14) return 'postgresql-hll'
  if (bytes.length < 8 || (first & 63) > 10) return undefined
  if (bytes[2] === DATASKETCHES_HLL) return hllFormats[(bytes[7]! >>> 2) & 3]
  if (bytes[2] !== DATASKETCHES_THETA) return undefined
  const isCompressed = bytes[1]! >= COMPRESSED_VERSION
  return isCompressed ? 'datasketches-theta-compressed' : 'datasketches-theta'
}

/** @throws format-damaged, format-version */
export function readSketch(bytes: Uint8Array, format: SketchFormat): AnySketch {
  switch (format) {
    case 'headcount':
      return wrapSketch(bytes)
    case 'redis':
      return RedisHll.read(bytes)
    case 'postgresql-hll':
      return PostgresHll.read(bytes)
    case 'datasketches-theta':
    case 'datasketches-theta-compressed':
      return readDataSketchesTheta(bytes)
    default:
      return readDataSketchesHll(bytes)
  }
}

/** @throws sketch-form when the format can't hold such a sketch */
export function writeSketch(sketch: AnySketch, format: TargetFormat): Uint8Array {
  if (sketch instanceof RedisHll || sketch instanceof PostgresHll) {
    throw failure('sketch-form', {
      kind: sketch.kind,
      form: format,
      kinds: 'exact, adaptive, hll, ull, linear or theta: their keys are hashed alike'
    })
  }
  switch (format) {
    case 'headcount':
      return sketch.serialize()
    case 'datasketches-theta':
    case 'datasketches-theta-compressed':
      if (!(sketch instanceof ThetaSketch)) {
        throw failure('sketch-form', { kind: sketch.kind, form: format, kinds: 'theta' })
      }
      return writeDataSketchesTheta(
        sketch,
        format === 'datasketches-theta' ? 'plain' : 'compressed'
      )
    default: {
      const bits = ([4, 6, 8] as const)[hllFormats.indexOf(format)]!
      return writeDataSketchesHll(sketch as Sketch, bits)
    }
  }
}

function startsWith(bytes: Uint8Array, magic: string): boolean {
  return new TextEncoder().encode(magic).every((byte, i) => bytes[i] === byte)
}
