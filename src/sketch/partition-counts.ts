import { limits } from '../core/limits.ts'
import { ENVELOPE_OVERHEAD } from './envelope-layout.ts'
import { FINGERPRINT_BYTES_MAX } from './payload.ts'

const PARTITION_BITS = 10
const PARTITIONS = 2 ** PARTITION_BITS

/** Entries that fit in one chunk whatever their values: 29,125. */
export const CHUNK_ENTRIES_MAX = Math.floor(
  (limits.exactChunkBytesMax - ENVELOPE_OVERHEAD) / FINGERPRINT_BYTES_MAX
)

/**
 * How the fingerprints of a large set spread over 1,024 partitions (the lowest ten bits of the lower
 * word: bits 26–35 of h1), and which partitions changed since they were stored. A chunk is all
 * partitions that agree in their lowest k bits, so when k grows, chunk i splits into i and i + 2^k.
 */
export class PartitionCounts {
  readonly counts = new Uint32Array(PARTITIONS)
  private readonly changed = new Uint8Array(PARTITIONS)

  get memoryBytes(): number {
    return this.counts.byteLength + this.changed.byteLength
  }

  add(lower: number): void {
    const partition = lower & (PARTITIONS - 1)
    this.counts[partition]!++
    this.changed[partition] = 1
  }

  /**
   * The smallest k with every chunk within its limit: a function of the content that only grows with
   * it. Undefined when ten bits aren't enough, which takes chosen keys.
   */
  chunkBits(): number | undefined {
    for (let bits = 0; bits <= PARTITION_BITS; bits++) {
      if (this.chunkCounts(bits).every(count => count <= CHUNK_ENTRIES_MAX)) return bits
    }
    return undefined
  }

  /** Entries of each of the 2^bits chunks. */
  chunkCounts(bits: number): Uint32Array {
    const totals = new Uint32Array(2 ** bits)
    for (let partition = 0; partition < PARTITIONS; partition++) {
      totals[partition & (totals.length - 1)]! += this.counts[partition]!
    }
    return totals
  }

  /** 1 for each of the 2^bits chunks that changed. */
  changedChunks(bits: number): Uint8Array {
    const result = new Uint8Array(2 ** bits)
    for (let partition = 0; partition < PARTITIONS; partition++) {
      if (this.changed[partition] === 1) result[partition & (result.length - 1)] = 1
    }
    return result
  }

  markStored(): void {
    this.changed.fill(0)
  }
}
