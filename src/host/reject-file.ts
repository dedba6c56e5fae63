import { Buffer, isUtf8 } from 'node:buffer'
import { closeSync, openSync, writeSync } from 'node:fs'
import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { RejectSink } from '../port/sink.ts'

const BUFFER_CHARACTERS = 65_536

/**
 * Rejected frames as JSON lines in a file that appears with the first of them:
 *
 *     {"line":12,"reason":"bad-json","bytes":9,"frame":"{\"ts\":146"}
 *
 * `line` counts from 1 as editors do. A frame that is not UTF-8 is kept as `base64` instead; of a
 * long one `limits.rejectBytesMax` are kept, `bytes` tells its size. Written synchronously, so that
 * no reject is lost between two waits. Errors: `output-failed`.
 */
export class RejectFile implements RejectSink {
  readonly path: string
  private readonly flags: 'a' | 'w'
  private file: number | undefined
  private pending = ''

  /** With `append` the rejects of an earlier run stay. */
  constructor(path: string, append: boolean) {
    this.path = path
    this.flags = append ? 'a' : 'w'
  }

  keep(line: number, reason: string, frame: Uint8Array): void {
    const kept = frame.subarray(0, limits.rejectBytesMax)
    const bytes = Buffer.from(kept.buffer, kept.byteOffset, kept.length)
    const text = isUtf8(bytes) ? { frame: bytes.toString() } : { base64: bytes.toString('base64') }
    this.pending += `${JSON.stringify({ line: line + 1, reason, bytes: frame.length, ...text })}\n`
    if (this.pending.length >= BUFFER_CHARACTERS) this.flush()
  }

  flush(): void {
    if (this.pending === '') return
    try {
      this.file ??= openSync(this.path, this.flags)
      const bytes = Buffer.from(this.pending)
      for (let at = 0; at < bytes.length; ) at += writeSync(this.file, bytes, at)
      this.pending = ''
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      throw failure('output-failed', { path: this.path, problem }, error)
    }
  }

  close(): void {
    this.flush()
    if (this.file !== undefined) closeSync(this.file)
    this.file = undefined
  }
}
