import { ByteReader, ByteWriter } from '../core/bytes.ts'

/*
 * Clock state, version 1 of kind 1 (newest time):
 *
 *     u8 kind = 1 | u8 version = 1 | u8 known | f64 newest (ms, only when known = 1)
 *
 * Kind and version are part of the app's fingerprint: another rule gives other verdicts.
 */
const CLOCK_KIND = 1
const CLOCK_VERSION = 1

/**
 * The partition's clock: the newest event time seen. A frame is late when it lies more than `wait`
 * behind the clock as it was before that frame. A function of the partition's sequence alone.
 */
export class PartitionClock {
  /** Newest event time in ms; −Infinity before the first frame. */
  newest = Number.NEGATIVE_INFINITY
  private readonly waitMs: number

  constructor(waitMs: number) {
    this.waitMs = waitMs
  }

  /** Everything before this is complete as far as this partition knows. */
  get watermark(): number {
    return this.newest - this.waitMs
  }

  /** Takes one frame's event time; true when the frame is late. */
  observe(time: number): boolean {
    const late = time < this.newest - this.waitMs
    if (time > this.newest) this.newest = time
    return late
  }

  serialize(): Uint8Array {
    const known = Number.isFinite(this.newest)
    const writer = new ByteWriter(16)
      .u8(CLOCK_KIND)
      .u8(CLOCK_VERSION)
      .u8(known ? 1 : 0)
    return (known ? writer.f64(this.newest) : writer).finish()
  }

  /** @throws format-damaged */
  restore(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes, 'clock state')
    if (reader.u8() !== CLOCK_KIND || reader.u8() !== CLOCK_VERSION) {
      throw reader.damaged('it belongs to another clock rule')
    }
    const newest = reader.u8() === 1 ? reader.f64() : Number.NEGATIVE_INFINITY
    if (Number.isNaN(newest)) throw reader.damaged('the clock is not a number')
    reader.finish()
    this.newest = newest
  }
}
