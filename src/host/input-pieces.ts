import type { Readable } from 'node:stream'
import { failure } from '../core/errors.ts'
import type { FileRange, LinePiece, LinePieces } from '../port/line-pieces.ts'
import { DecompressionDamage } from './byte-input.ts'
import type { FileInput } from './file-input.ts'
import { type Input, inputName, type OpenInput, openInput } from './input.ts'
import { InputSequence } from './input-sequence.ts'
import { type TextBounds, TextPieces } from './text-pieces.ts'

/**
 * Several inputs as one sequence of pieces. A regular file is not read here: whoever gets a range of it does.
 * Everything else is read and unpacked here. Each input ends its last line, as in `InputSequence`.
 */
export class InputPieces implements LinePieces {
  private readonly inputs: readonly Input[]
  private readonly stdin: Readable | undefined
  private readonly bounds: TextBounds
  private index = 0
  private current: OpenInput | undefined
  private text: TextPieces | undefined
  /** Where the next range of the current file begins. */
  private from = 0
  /** Files of which ranges may still be read, in the order of the inputs. */
  private readonly files: FileInput[] = []

  constructor(inputs: readonly Input[], stdin: Readable | undefined, bounds: TextBounds) {
    this.inputs = inputs
    this.stdin = stdin
    this.bounds = bounds
  }

  async open(): Promise<void> {
    await new InputSequence(this.inputs, this.stdin).check()
  }

  async next(bytes: number): Promise<LinePiece | undefined> {
    while (this.index < this.inputs.length) {
      const opened = this.current ?? (await this.openNext())
      // Closed meanwhile.
      if (!opened) return undefined
      this.current = opened
      const { file } = opened
      if (file) return this.nextRange(file, bytes)
      this.text ??= new TextPieces(opened.bytes, this.bounds)
      const piece = await this.text.next(bytes)
      if (piece) return piece
      await this.text.close()
      this.pass()
    }
    return undefined
  }

  async taken(range: FileRange): Promise<void> {
    if (range.to === Number.POSITIVE_INFINITY) await this.files.shift()?.close()
  }

  failureOf(error: unknown, lines: number): unknown {
    return inputDamage(this.name, error, lines)
  }

  async close(): Promise<void> {
    const { current } = this
    this.index = this.inputs.length
    this.current = undefined
    if (current && !current.file) await current.bytes.close()
    for (const file of this.files.splice(0)) await file.close()
  }

  /** Of the input that is being read, for errors. */
  private get name(): string {
    return inputName(this.inputs[Math.min(this.index, this.inputs.length - 1)] ?? '-')
  }

  private async openNext(): Promise<OpenInput | undefined> {
    const opened = await openInput(this.inputs[this.index]!, this.stdin)
    if (this.index === this.inputs.length) {
      await opened.bytes.close()
      return undefined
    }
    if (opened.file) this.files.push(opened.file)
    return opened
  }

  /** What a file grows by while it is read belongs to its last range. */
  private nextRange(file: FileInput, bytes: number): FileRange {
    const { from } = this
    const isLast = file.size - from <= bytes
    const to = isLast ? Number.POSITIVE_INFINITY : from + bytes
    this.from = to
    if (isLast) this.pass()
    return { kind: 'range', file: file.descriptor, path: file.path, from, to, atLine: from === 0 }
  }

  private pass(): void {
    this.from = 0
    this.current = undefined
    this.text = undefined
    this.index++
  }
}

/** What to say of an error while `path` was read, behind so many frames: damage is told with them. */
export function inputDamage(path: string, error: unknown, frames: number): unknown {
  if (!(error instanceof DecompressionDamage)) return error
  const { compression, message: problem } = error
  return failure('input-damaged', { path, compression, frames, problem }, error)
}
