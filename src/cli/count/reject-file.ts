import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { encodeReject, type Reject } from '../../combine/reject.ts'
import { failure } from '../../core/errors.ts'

/** The file that keeps rejected frames, one JSON object a line; made with the first of them. */
export class RejectFile {
  private readonly path: string
  private stream: WriteStream | undefined
  private problem: Error | undefined

  constructor(path: string) {
    this.path = path
  }

  /** @throws output-failed */
  async write(rejects: readonly Reject[]): Promise<void> {
    this.stream ??= this.open()
    const { stream } = this
    const lines = rejects.map(reject => `${encodeReject(reject)}\n`).join('')
    if (!stream.write(lines) && !this.problem) {
      await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => undefined)
    }
    this.check()
  }

  /** @throws output-failed */
  async close(): Promise<void> {
    const { stream } = this
    if (!stream) return
    if (!this.problem) {
      stream.end()
      await once(stream, 'close').catch(() => undefined)
    }
    this.check()
  }

  private open(): WriteStream {
    const stream = createWriteStream(this.path)
    stream.on('error', error => {
      this.problem ??= error
    })
    return stream
  }

  private check(): void {
    if (!this.problem) return
    const { path, problem } = this
    throw failure('output-failed', { path, problem: problem.message }, problem)
  }
}
