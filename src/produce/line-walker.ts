import { Buffer } from 'node:buffer'
import { limits } from '../core/limits.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d

/** Called with the bytes of one line, without its end; a line too long comes cut. */
export type LineVisitor = (start: number, end: number, tooLong: boolean) => void

/** Cuts bytes into lines; one longer than a frame may be is reported once and passed over. */
export class LineWalker {
  private readonly frameBytesMax: number
  private skipping = false

  constructor(frameBytesMax: number = limits.frameBytesMax) {
    this.frameBytesMax = frameBytesMax
  }

  /** False in the middle of a line that is passed over. */
  get betweenLines(): boolean {
    return !this.skipping
  }

  /**
   * Visits the next lines, `count` at most, and returns how many bytes they took; what is left behind
   * fewer is an unfinished line. With `last` there is none.
   */
  walk(
    bytes: Uint8Array,
    start: number,
    end: number,
    last: boolean,
    visit: LineVisitor,
    count = Number.POSITIVE_INFINITY
  ): number {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, end)
    let at = start
    for (let left = count; left > 0 && at < end; left--) {
      const newline = text.indexOf(NEWLINE, at)
      const unfinished = newline === -1
      const lineEnd = unfinished ? end : newline
      if (unfinished && !last && !this.skipping && end - at <= this.frameBytesMax) break
      if (!this.skipping) this.visitLine(text, at, lineEnd, visit)
      this.skipping = unfinished && !last
      at = unfinished ? end : newline + 1
    }
    return at - start
  }

  private visitLine(bytes: Uint8Array, start: number, end: number, visit: LineVisitor): void {
    if (end - start > this.frameBytesMax) visit(start, start + this.frameBytesMax, true)
    else visit(start, end > start && bytes[end - 1] === RETURN ? end - 1 : end, false)
  }
}
