import { Buffer } from 'node:buffer'
import type { Readable } from 'node:stream'
import { assert } from '../core/assert.ts'
import { limits } from '../core/limits.ts'
import type { LinePieces } from '../port/line-pieces.ts'
import type { Source, Taker } from '../port/source.ts'
import { type Input, inputName } from './input.ts'
import { InputPieces, inputDamage } from './input-pieces.ts'
import { InputSequence } from './input-sequence.ts'

const NEWLINE = 0x0a

export interface JsonlOptions {
  /** The stream that the path `-` stands for. */
  readonly stdin?: Readable
  /** Bytes asked for in one read; for tests. Default `limits.readBytes`. */
  readonly readBytes?: number
  /** Longest frame that has to be handed over in one piece. Default `limits.frameBytesMax`. */
  readonly frameBytesMax?: number
}

/**
 * Newline-delimited frames from files (plain, gzip, zstd), standard input or any stream of bytes, one
 * after the other as one sequence; one partition, whose positions are line numbers from 0.
 *
 *     count({ source: jsonlSource(process.stdin), key: 'uid', time: 'ts', windows: ['1m'] })
 *     count({ source: jsonlSource(['monday.jsonl.gz', 'tuesday.jsonl.zst']), … })
 *
 * Errors, from `open` (before anything is read) or from `poll` (after everything that could be read
 * was handed over): `input-missing`, `input-directory`, `input-denied`, `input-damaged`,
 * `input-failed`.
 */
export function jsonlSource(
  input: Input | readonly Input[],
  options: JsonlOptions = {}
): JsonlSource {
  const inputs = isList(input) ? input : [input]
  assert(inputs.length > 0, 'a source has at least one input')
  return new JsonlSource(inputs, options)
}

function isList(input: Input | readonly Input[]): input is readonly Input[] {
  return Array.isArray(input)
}

export class JsonlSource implements Source {
  readonly name: string
  readonly id: string
  readonly partitions = 1
  readonly bounded = true
  /** Size of the files on the disk; 0 until `open` and when it is not known (streams). */
  bytesTotal = 0
  private readonly inputs: readonly Input[]
  private readonly stdin: Readable | undefined
  private readonly sequence: InputSequence
  private readonly readBytes: number
  private readonly bufferBytesMax: number
  private readonly frameBytesMax: number
  private buffer: Buffer
  /** `buffer[0, tail)` was read but not used: the beginning of a frame. */
  private tail = 0
  private position = 0
  private linesToSkip = 0
  private reading: Promise<number> | undefined
  private ended = false
  private awake: (() => void) | undefined

  constructor(inputs: readonly Input[], options: JsonlOptions) {
    const names = inputs.map(inputName)
    this.name = names.length === 1 ? names[0]! : `${names[0]} and ${names.length - 1} more`
    this.id = names.join('\n')
    this.inputs = inputs
    this.stdin = options.stdin
    this.sequence = new InputSequence(inputs, options.stdin)
    this.readBytes = options.readBytes ?? limits.readBytes
    this.frameBytesMax = options.frameBytesMax ?? limits.frameBytesMax
    this.bufferBytesMax = this.frameBytesMax + this.readBytes
    // A quarter more, so that the usual tail does not shorten the read.
    this.buffer = Buffer.allocUnsafeSlow(
      Math.min(this.bufferBytesMax, this.readBytes + (this.readBytes >> 2) + 16)
    )
  }

  /** Bytes read so far as they lie on the disk, for progress. */
  get bytesTaken(): number {
    return this.sequence.taken
  }

  /** Refuses paths that cannot be read, before anything else is started. `open` does it too. */
  async check(): Promise<void> {
    await this.sequence.check()
  }

  async open(positions: ReadonlyMap<number, number>): Promise<void> {
    this.linesToSkip = positions.get(0) ?? 0
    this.position = 0
    this.bytesTotal = await this.sequence.check()
  }

  async poll(taker: Taker, waitMs: number): Promise<boolean> {
    if (this.ended) return false
    if (this.reading === undefined && taker.room) this.moveTo(taker.room)
    this.reading ??= this.read()
    const count = await this.arrival(this.reading, waitMs)
    if (count === undefined) return true
    this.reading = undefined
    this.ended = count === 0
    this.handOver(taker, count)
    taker.progress(0, { position: this.position, end: -1, atEnd: this.ended })
    return !this.ended
  }

  wake(): void {
    this.awake?.()
  }

  pieces(): LinePieces {
    const { inputs, stdin, readBytes, frameBytesMax } = this
    return new InputPieces(inputs, stdin, { readBytes, frameBytesMax })
  }

  async close(): Promise<void> {
    this.ended = true
    this.wake()
    await this.sequence.close()
  }

  /** Reads go to the taker's own room, but for the rest of a frame that is too long for it. */
  private moveTo(room: Uint8Array): void {
    if (this.buffer.buffer === room.buffer || this.tail * 4 > room.length) return
    const buffer = Buffer.from(room.buffer, room.byteOffset, room.length)
    this.buffer.copy(buffer, 0, 0, this.tail)
    this.buffer = buffer
  }

  /** One read behind the tail, in a buffer that grows only for a frame longer than itself. */
  private async read(): Promise<number> {
    const { length } = this.buffer
    if (this.tail * 2 > length && length < this.bufferBytesMax) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.bufferBytesMax, length * 2 + 16))
      this.buffer.copy(grown, 0, 0, this.tail)
      this.buffer = grown
    }
    assert(this.tail < this.buffer.length, 'a taker uses what exceeds the longest frame')
    try {
      return await this.sequence.read(this.buffer, this.tail)
    } catch (error) {
      this.ended = true
      throw inputDamage(this.sequence.name, error, this.position)
    }
  }

  /** The read's result, or undefined when `waitMs` pass or `wake` is called before it comes. */
  private async arrival(reading: Promise<number>, waitMs: number): Promise<number | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const timer = setTimeout(resolve, waitMs, undefined)
    this.awake = () => resolve(undefined)
    try {
      // The read goes on when the race is lost; its failure is then met by the next poll.
      return await Promise.race([reading, promise])
    } finally {
      clearTimeout(timer)
      this.awake = undefined
    }
  }

  private handOver(taker: Taker, count: number): void {
    const end = this.tail + count
    const from = this.linesToSkip > 0 ? this.skipLines(end) : 0
    // A frame still without its end would only be scanned again.
    const whole =
      this.ended || this.buffer.subarray(Math.max(from, this.tail), end).includes(NEWLINE)
    let used = 0
    if (whole || end - from > this.frameBytesMax) {
      used = taker.lines(0, this.buffer, from, end, this.ended)
      assert(used >= 0 && used <= end - from, 'a taker uses what it was given')
      this.position = taker.nextLine(0)
    }
    this.buffer.copyWithin(0, from + used, end)
    this.tail = end - from - used
  }

  /** Position in the buffer after the lines to skip, or `end` when they are not all there yet. */
  private skipLines(end: number): number {
    let at = 0
    while (this.linesToSkip > 0) {
      const newline = this.buffer.subarray(0, end).indexOf(NEWLINE, at)
      if (newline === -1) return end
      at = newline + 1
      this.linesToSkip--
      this.position++
    }
    return at
  }
}
