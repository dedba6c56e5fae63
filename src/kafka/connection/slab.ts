import { Buffer } from 'node:buffer'
import { assert } from '../../core/assert.ts'
import { limits } from '../../core/limits.ts'

// Room for what surrounds the largest batch a Fetch response may have to carry.
const RESPONSE_OVERHEAD = 1_048_576

/** What one Fetch brings, unless a batch is larger: room for it in an arena. */
export const SLAB_ROOM_BYTES: number = limits.fetchBytesMax + RESPONSE_OVERHEAD

/** A slab that had to grow out of its room stays so large for so long: one large response is followed by others. */
const AWAY_RESPONSES = 64

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
  /** Where it begins, and goes back to: a room in an arena, which holds any usual response. */
  private readonly room: Buffer | undefined
  /** Responses that are to come after one that the room was too small for, before it goes back. */
  private away = 0

  constructor(bytes = 65_536, bytesMax: number = RESPONSE_BYTES_MAX, room?: Buffer) {
    this.bytes = room ?? Buffer.allocUnsafeSlow(bytes)
    assert(this.bytes.length <= bytesMax, 'a slab starts within its bound')
    this.bytesMax = bytesMax
    this.room = room
  }

  /** A slab in memory that a kernel reads. */
  static within(room: Uint8Array): Slab {
    const bytes = Buffer.from(room.buffer, room.byteOffset, room.length)
    return new Slab(bytes.length, RESPONSE_BYTES_MAX, bytes)
  }

  /** Makes room for `size` bytes in all, keeping the first `used`; false when that is too many. */
  grow(size: number, used: number): boolean {
    if (this.room && size > this.room.length) this.away = AWAY_RESPONSES
    if (size <= this.bytes.length) return true
    if (size > this.bytesMax) return false
    const grown = Buffer.allocUnsafeSlow(
      Math.min(this.bytesMax, Math.max(size, this.bytes.length * 2))
    )
    this.bytes.copy(grown, 0, 0, used)
    this.bytes = grown
    return true
  }

  /** A response has been worked on, and only `used` bytes at the beginning are wanted. */
  settle(used: number): void {
    const { room, bytes } = this
    if (room === undefined || bytes === room || used > room.length) return
    if (--this.away > 0) return
    bytes.copy(room, 0, 0, used)
    this.bytes = room
  }
}
