import { Buffer } from 'node:buffer'
import { closeSync, openSync, writeSync } from 'node:fs'
import { failure } from '../core/errors.ts'
import { encodeReject, type Reject } from '../core/reject.ts'
import type { RejectSink } from '../port/sink.ts'

const BUFFER_CHARACTERS = 65_536

/**
 * Rejects as JSON lines (docs/formats/reject.md) in a file that appears with the first of them.
 * Written synchronously, so that no reject is lost between two waits. Errors: `output-failed`.
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

  keep(reject: Reject): void {
    this.pending += `${encodeReject(reject)}\n`
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
