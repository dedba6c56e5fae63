import type { Readable } from 'node:stream'
import { assert } from '../core/assert.ts'
import type { ByteInput, Compression } from './byte-input.ts'
import { DecompressedInput } from './decompressed-input.ts'
import { FileInput } from './file-input.ts'
import { type ByteStream, StreamInput } from './stream-input.ts'

/** A path, `-` for standard input, or a stream. */
export type Input = string | ByteStream

const GZIP_MAGIC = [0x1f, 0x8b]
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd]
const MAGIC_BYTES = 4

/** An opened input: its first bytes were looked at, its compression is known. */
export interface OpenInput {
  readonly name: string
  readonly compression: Compression
  /** Decompressed bytes. */
  readonly bytes: ByteInput
  /** Bytes taken so far as they lie on the disk or came in, for progress. */
  readonly taken: () => number
  /** The file itself, when it is a regular one that is not packed: it can be read at any place. */
  readonly file: FileInput | undefined
}

/** The name people know an input by. */
export function inputName(input: Input): string {
  return typeof input !== 'string' || input === '-' ? 'standard input' : input
}

/**
 * Opens an input and finds out how it is packed: by its first bytes, and by its name only where they
 * leave it open. So a plain file called `.gz` is read as it is, while a damaged head is still damage.
 */
export async function openInput(input: Input, stdin?: Readable): Promise<OpenInput> {
  const name = inputName(input)
  const found = await openRaw(input, name, stdin)
  const raw = new Counted(found)
  const head = new Uint8Array(MAGIC_BYTES)
  let length = 0
  while (length < MAGIC_BYTES) {
    const count = await raw.read(head, length)
    if (count === 0) break
    length += count
  }
  const compression = recognize(head.subarray(0, length), name)
  const whole = new Rejoined(head.subarray(0, length), raw)
  const bytes = compression === 'none' ? whole : new DecompressedInput(whole, compression)
  const isFile = found instanceof FileInput && found.size > 0 && compression === 'none'
  return { name, compression, bytes, taken: () => raw.taken, file: isFile ? found : undefined }
}

async function openRaw(input: Input, name: string, stdin?: Readable): Promise<ByteInput> {
  if (typeof input !== 'string') return new StreamInput(name, input)
  if (input !== '-') return FileInput.open(input)
  assert(stdin !== undefined, 'who accepts "-" passes the stream of standard input')
  return new StreamInput(name, stdin)
}

function recognize(head: Uint8Array, name: string): Compression {
  if (startsWith(head, GZIP_MAGIC)) return 'gzip'
  if (startsWith(head, ZSTD_MAGIC)) return 'zstd'
  if (head.length === 0 || looksLikeText(head)) return 'none'
  if (/\.gz$/i.test(name)) return 'gzip'
  return /\.zst$/i.test(name) ? 'zstd' : 'none'
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return head.length >= magic.length && magic.every((byte, i) => head[i] === byte)
}

/** White space, an opening brace or bracket, or a byte order mark: what JSON can begin with. */
function looksLikeText(head: Uint8Array): boolean {
  return [0x09, 0x0a, 0x0d, 0x20, 0x5b, 0x7b, 0xef].includes(head[0]!)
}

class Counted implements ByteInput {
  taken = 0
  private readonly input: ByteInput

  constructor(input: ByteInput) {
    this.input = input
  }

  async read(bytes: Uint8Array, at: number): Promise<number> {
    const count = await this.input.read(bytes, at)
    this.taken += count
    return count
  }

  close(): Promise<void> {
    return this.input.close()
  }
}

/** Puts the bytes that were looked at back in front. */
class Rejoined implements ByteInput {
  private head: Uint8Array
  private readonly input: ByteInput

  constructor(head: Uint8Array, input: ByteInput) {
    this.head = head
    this.input = input
  }

  read(bytes: Uint8Array, at: number): Promise<number> {
    if (this.head.length === 0) return this.input.read(bytes, at)
    const count = Math.min(this.head.length, bytes.length - at)
    bytes.set(this.head.subarray(0, count), at)
    this.head = this.head.subarray(count)
    return Promise.resolve(count)
  }

  close(): Promise<void> {
    return this.input.close()
  }
}
