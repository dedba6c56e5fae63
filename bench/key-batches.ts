import { Random } from '../src/core/random.ts'
import type { KeyColumn } from '../src/sketch/index.ts'

const KEY_BYTES = 19
const BATCH_KEYS = 8_192
const HEX = Buffer.from('0123456789abcdef')

/** Distinct ids of 19 hex digits (76 random bits), as they come out of frames: bytes in batches. */
export class KeyBatches {
  readonly count: number
  readonly batches: readonly KeyColumn[]

  constructor(count: number, seed: number) {
    this.count = count
    const random = new Random(seed)
    const batches: KeyColumn[] = []
    for (let from = 0; from < count; from += BATCH_KEYS) {
      batches.push(randomKeys(Math.min(BATCH_KEYS, count - from), random))
    }
    this.batches = batches
  }

  /** The ids of one batch as strings. */
  strings(batch: KeyColumn): string[] {
    const text = Buffer.from(batch.bytes.buffer)
    return Array.from({ length: keysIn(batch) }, (_, i) =>
      text.toString('latin1', batch.offsets[i], batch.offsets[i + 1])
    )
  }
}

export function keysIn(batch: KeyColumn): number {
  return batch.offsets.length - 1
}

function randomKeys(count: number, random: Random): KeyColumn {
  const bytes = new Uint8Array(count * KEY_BYTES)
  const offsets = Uint32Array.from({ length: count + 1 }, (_, i) => i * KEY_BYTES)
  let digits = 0
  for (let i = 0; i < bytes.length; i++) {
    if (i % 8 === 0) digits = random.uint32()
    bytes[i] = HEX[digits & 15]!
    digits >>>= 4
  }
  return { bytes, offsets }
}
