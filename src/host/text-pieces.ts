import { Buffer } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '../core/assert.ts'
import type { LineText } from '../port/line-pieces.ts'
import type { ByteInput } from './byte-input.ts'

const NEWLINE = 0x0a
const BOM = [0xef, 0xbb, 0xbf]
/** Lines that are there wait this long for others to come with them, so that a piece pays its way. */
const GATHER_MS = 5

export interface TextBounds {
  readonly readBytes: number
  readonly frameBytesMax: number
}

/**
 * The lines of a pipe, or of a file that has to be unpacked. Bytes are read ahead of what is handed over,
 * into a buffer that grows only for a line longer than itself.
 */
export class TextPieces {
  private readonly input: ByteInput
  private readonly bounds: TextBounds
  private buffer: Buffer
  /** `buffer[start, filled)` was read but not handed over; no newline is in front of `searched`. */
  private start = 0
  private filled = 0
  private searched = 0
  /** Position after the last newline; `start` when there is none. */
  private whole = 0
  private reading: Promise<void> | undefined
  private ended = false
  private failed: { readonly error: unknown } | undefined
  /** What comes now belongs to a line that was too long. */
  private skipping = false

  constructor(input: ByteInput, bounds: TextBounds) {
    this.input = input
    this.bounds = bounds
    this.buffer = Buffer.allocUnsafeSlow(bounds.readBytes * 2 + BOM.length)
  }

  /** The next lines, of about `bytes`; undefined at the end. Fails when all lines in front were handed over. */
  async next(bytes: number): Promise<LineText | undefined> {
    let waited: Promise<true> | undefined
    for (;;) {
      this.look()
      const { ended, failed, start, filled, whole } = this
      if (filled - start >= bytes && whole > start) return this.cut(whole)
      if (ended) return filled > start ? this.cut(filled) : undefined
      if (whole === start && this.isTooLong) {
        this.skipping = true
        return this.cut(filled)
      }
      if (failed) {
        if (whole > start) return this.cut(whole)
        throw failed.error
      }
      this.reading ??= this.read()
      if (whole === start) await this.reading
      else {
        waited ??= sleep(GATHER_MS, true as const)
        // Where they lie may have changed with the read.
        if (await Promise.race([this.reading, waited])) return this.cut(this.whole)
      }
    }
  }

  async close(): Promise<void> {
    await this.input.close()
  }

  /** As the extractor sees it: certainly longer than the longest frame with its carriage return. */
  private get isTooLong(): boolean {
    const { buffer, start, filled } = this
    const from = BOM.every((byte, index) => buffer[start + index] === byte) ? BOM.length : 0
    return filled - start - from > this.bounds.frameBytesMax + 1
  }

  private async read(): Promise<void> {
    this.makeRoom()
    try {
      const count = await this.input.read(this.buffer, this.filled)
      this.filled += count
      this.ended = count === 0
    } catch (error) {
      this.failed = { error }
    } finally {
      this.reading = undefined
    }
  }

  /** Nothing is being read into the buffer while this moves what is in it. */
  private makeRoom(): void {
    const { start, filled } = this
    if (this.buffer.length - filled >= this.bounds.readBytes) return
    const { buffer } = this
    const left = filled - start
    // Half of it has to be free: what is left is moved rarely then.
    if (left * 2 > buffer.length) this.buffer = Buffer.allocUnsafeSlow(buffer.length * 2)
    buffer.copy(this.buffer, 0, start, filled)
    this.start = 0
    this.filled = left
    this.searched -= start
    this.whole -= start
  }

  /** Looks for newlines in what is new. */
  private look(): void {
    if (this.searched === this.filled) return
    const fresh = this.buffer.subarray(this.searched, this.filled)
    if (this.skipping) {
      const newline = fresh.indexOf(NEWLINE)
      this.skipping = newline === -1
      this.start = newline === -1 ? this.filled : this.searched + newline + 1
      this.whole = this.start
      this.searched = this.start
      if (!this.skipping) this.look()
      return
    }
    const newline = fresh.lastIndexOf(NEWLINE)
    if (newline !== -1) this.whole = this.searched + newline + 1
    this.searched = this.filled
  }

  private cut(end: number): LineText {
    const bytes = this.buffer.subarray(this.start, end)
    assert(bytes.length > 0, 'a piece is not empty')
    this.start = end
    this.whole = Math.max(this.whole, end)
    return { kind: 'text', bytes, last: this.ended && end === this.filled }
  }
}
