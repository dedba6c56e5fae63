import { Buffer } from 'node:buffer'
import type { Readable } from 'node:stream'
import { failure } from '../core/errors.ts'
import type { ByteInput } from './byte-input.ts'

/** What a program can hand over instead of a path: a Node stream, or anything that yields bytes. */
export type ByteStream = Readable | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>

/** Pulls a stream of byte chunks. Back-pressure is simply not asking for the next one. */
export class StreamInput implements ByteInput {
  private readonly name: string
  private readonly stream: ByteStream
  private readonly iterator: AsyncIterator<unknown> | Iterator<unknown>
  private chunk: Uint8Array = new Uint8Array(0)
  private used = 0

  constructor(name: string, stream: ByteStream) {
    this.name = name
    this.stream = stream
    this.iterator =
      Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]()
  }

  async read(bytes: Uint8Array, at: number): Promise<number> {
    while (this.used === this.chunk.length) {
      const next = await this.next()
      if (next === undefined) return 0
      this.chunk = next
      this.used = 0
    }
    const count = Math.min(bytes.length - at, this.chunk.length - this.used)
    bytes.set(this.chunk.subarray(this.used, this.used + count), at)
    this.used += count
    return count
  }

  /** Not awaited inside: a stream that waits for its other side would never say it has closed. */
  close(): Promise<void> {
    if ('destroy' in this.stream) this.stream.destroy()
    else void Promise.resolve(this.iterator.return?.()).catch(() => undefined)
    return Promise.resolve()
  }

  private async next(): Promise<Uint8Array | undefined> {
    let result: IteratorResult<unknown>
    try {
      result = await this.iterator.next()
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      throw failure('input-failed', { path: this.name, problem }, error)
    }
    if (result.done) return undefined
    if (result.value instanceof Uint8Array) return result.value
    if (typeof result.value === 'string') return Buffer.from(result.value)
    throw failure('input-failed', {
      path: this.name,
      problem: 'it yields something else than bytes'
    })
  }
}
