/** Capacities are multiples of this, so that the buffer of one batch fits the next. */
const STEP_BYTES = 16_384
/** What is smaller is cheaper to make anew. */
const POOLED_BYTES_MIN = 4_096

/**
 * Buffers of batches that were acked, for batches to come: memory outside of the heap costs V8 a whole
 * collection every 32 MB, and its pages are touched for the first time again and again.
 */
export class ProduceBuffers {
  private readonly free = new Map<number, Buffer[]>()
  private readonly freeBytesMax: number
  private freeBytes = 0

  /** Keeps this many bytes for batches to come. */
  constructor(freeBytesMax: number) {
    this.freeBytesMax = freeBytesMax
  }

  /** A buffer of this size, with anything in it. */
  take(size: number): Buffer {
    if (size < POOLED_BYTES_MIN) return Buffer.allocUnsafeSlow(size)
    const capacity = Math.ceil(size / STEP_BYTES) * STEP_BYTES
    const found = this.free.get(capacity)?.pop()
    if (found === undefined) return Buffer.allocUnsafeSlow(capacity).subarray(0, size)
    this.freeBytes -= capacity
    return found.subarray(0, size)
  }

  /** Takes back a buffer, whole or not, that nobody reads any more. */
  give(bytes: Buffer): void {
    const capacity = bytes.buffer.byteLength
    if (capacity < STEP_BYTES || capacity % STEP_BYTES > 0) return
    if (this.freeBytes + capacity > this.freeBytesMax) return
    const whole = Buffer.from(bytes.buffer, 0, capacity)
    const free = this.free.get(capacity)
    if (free === undefined) this.free.set(capacity, [whole])
    else free.push(whole)
    this.freeBytes += capacity
  }
}
