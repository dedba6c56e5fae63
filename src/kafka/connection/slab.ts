import { Buffer } from 'node:buffer'
import { assert } from '../../core/assert.ts'
import { limits } from '../../core/limits.ts'

// Room for what surrounds the largest batch a Fetch response may have to carry.
const RESPONSE_OVERHEAD = 1_048_576

/** The largest response taken from a broker, in bytes. */
const RESPONSE_BYTES_MAX: number =
  Math.max(limits.batchBytesMax, limits.fetchBytesMax) + RESPONSE_OVERHEAD

/**
 * The memory a connection reads into: a response always lies contiguous in it, so that batches are
 * worked on where the socket put them. It grows to what a response needs, up to `bytesMax`.
 */
export class Slab {
  bytes: Buffer
  readonly bytesMax: number

  constructor(bytes = 65_536, bytesMax: number = RESPONSE_BYTES_MAX) {
    assert(bytes <= bytesMax, 'a slab starts within its bound')
    this.bytes = Buffer.allocUnsafeSlow(bytes)
    this.bytesMax = bytesMax
  }

  /** Makes room for `size` bytes in all, keeping the first `used`; false when that is too many. */
  grow(size: number, used: number): boolean {
    if (size <= this.bytes.length) return true
    if (size > this.bytesMax) return false
    const grown = Buffer.allocUnsafeSlow(
      Math.min(this.bytesMax, Math.max(size, this.bytes.length * 2))
    )
    this.bytes.copy(grown, 0, 0, used)
    this.bytes = grown
    return true
  }
}
