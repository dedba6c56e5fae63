import { limits } from '../../core/limits.ts'
import type { SketchKind } from '../../sketch/sketch.ts'

/** Header and checksum of an envelope (docs/formats/sketch.md). */
const ENVELOPE_BYTES = 16
/** Objects around the tables of a sketch in memory, by measurement. */
const OBJECT_BYTES = 512
/** The histograms that estimates are made from, beside the registers. */
const HLL_TABLE_BYTES = 1_024
const ULL_TABLE_BYTES = 4_096
const PLACES_MIN = 16

interface Size {
  /** Bytes in the changelog and in the state cache. */
  readonly stored: number
  /** Bytes while it is in memory. */
  readonly memory: number
}

/** What a sketch with `keys` different keys costs: a model, held to real sketches by a test. */
export function sketchSize(kind: SketchKind, precision: number, keys: number): Size {
  const registers = 2 ** precision
  if (kind === 'exact' && keys <= limits.exactEntriesMax) {
    return {
      stored: ENVELOPE_BYTES + keys * (stepBytes(keys) + 4),
      memory: OBJECT_BYTES + 8 * places(keys / 0.75)
    }
  }
  if (kind !== 'hll' && keys <= registers / 4) {
    return {
      stored: ENVELOPE_BYTES + keys * stepBytes(keys),
      memory: OBJECT_BYTES + 4 * places(keys * 2)
    }
  }
  const stored = kind === 'ull' ? registers : (registers * 6) / 8
  const tables = kind === 'ull' ? ULL_TABLE_BYTES : HLL_TABLE_BYTES
  return { stored: ENVELOPE_BYTES + stored, memory: OBJECT_BYTES + registers + tables }
}

/**
 * Mean bytes of the varint step from one coupon to the next: a coupon is 26 bits of address below a value
 * that is v with probability 2^−v, so of n coupons n·2^−v share one value and lie 2^26·2^v / n apart,
 * exponentially distributed.
 */
function stepBytes(keys: number): number {
  let bytes = 0
  for (let value = 1; value <= 26; value++) {
    const gap = 2 ** (26 + value) / Math.max(keys, 1)
    const longer = [7, 14, 21, 28].map(bits => Math.exp(-(2 ** bits) / gap))
    bytes += 2 ** -value * longer.reduce((sum, share) => sum + share, 1)
  }
  return bytes
}

function places(wanted: number): number {
  return Math.max(PLACES_MIN, 2 ** Math.ceil(Math.log2(Math.max(wanted, 1))))
}
