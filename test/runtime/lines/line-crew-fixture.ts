import { failure } from '../../../src/core/errors.ts'
import { Random } from '../../../src/core/random.ts'
import { createExtractor } from '../../../src/extract/create.ts'
import type { ExtractOptions } from '../../../src/extract/extractor.ts'
import type { ByteInput } from '../../../src/host/byte-input.ts'
import { TextPieces } from '../../../src/host/text-pieces.ts'
import type { LinePiece, LinePieces } from '../../../src/port/line-pieces.ts'
import type { LineBounds } from '../../../src/runtime/lines/line-bounds.ts'
import type { LineAnswer, LineJob } from '../../../src/runtime/lines/line-message.ts'
import { LineWork, type ReadAt } from '../../../src/runtime/lines/line-work.ts'
import type { StartLineWorker } from '../../../src/runtime/lines/line-worker.ts'

/** An input as bytes: a file that threads read themselves, or a pipe that brings pieces of so many bytes. */
export interface MemoryInput {
  readonly bytes: Uint8Array
  readonly pipeBytes?: number
  /** Bytes that are there when it is opened; what is behind them is written meanwhile. */
  readonly sizeAtOpen?: number
  /** Where reading fails; it never does unless given. */
  readonly failsAt?: number
}

/** Inputs in memory, in pieces as those of the disk are. */
export class MemoryPieces implements LinePieces {
  /** Files of which nothing is read any more. */
  readonly letGo: number[] = []
  closed = false
  private readonly inputs: readonly MemoryInput[]
  private readonly bounds: LineBounds
  private index = 0
  private from = 0
  private text: TextPieces | undefined

  constructor(inputs: readonly MemoryInput[], bounds: LineBounds) {
    this.inputs = inputs
    this.bounds = bounds
  }

  async open(): Promise<void> {}

  async next(bytes: number): Promise<LinePiece | undefined> {
    for (; this.index < this.inputs.length; this.index++) {
      const input = this.inputs[this.index]!
      if (input.pipeBytes === undefined) return this.range(input, bytes)
      this.text ??= new TextPieces(pipeOf(input, input.pipeBytes), {
        readBytes: Math.max(4, bytes),
        frameBytesMax: this.bounds.frameBytes
      })
      const piece = await this.text.next(bytes)
      if (piece) return piece
      this.text = undefined
    }
    return undefined
  }

  async taken({ file, to }: LinePiece & { kind: 'range' }): Promise<void> {
    if (to === Number.POSITIVE_INFINITY) this.letGo.push(file)
  }

  failureOf(error: unknown): unknown {
    return error
  }

  async close(): Promise<void> {
    this.closed = true
  }

  /** What threads read with. */
  readonly readAt: ReadAt = ({ file, path }, bytes, at, count, position) => {
    const { bytes: all, failsAt = Number.POSITIVE_INFINITY } = this.inputs[file]!
    if (position >= failsAt) throw failure('input-failed', { path, problem: 'scripted' })
    const found = all.subarray(position, Math.min(position + count, failsAt))
    bytes.set(found, at)
    return found.length
  }

  private range({ bytes: all, sizeAtOpen = all.length }: MemoryInput, bytes: number): LinePiece {
    const { from, index: file } = this
    const isLast = sizeAtOpen - from <= bytes
    const to = isLast ? Number.POSITIVE_INFINITY : from + bytes
    this.from = isLast ? 0 : to
    if (isLast) this.index++
    return { kind: 'range', file, path: `file ${file}`, from, to, atLine: from === 0 }
  }
}

function pipeOf({ bytes: all, failsAt }: MemoryInput, pipeBytes: number): ByteInput {
  let taken = 0
  return {
    async read(bytes, at) {
      if (failsAt !== undefined && taken >= failsAt) {
        throw failure('input-failed', { path: 'a pipe', problem: 'scripted' })
      }
      const end = Math.min(all.length, failsAt ?? all.length, taken + pipeBytes)
      const piece = all.subarray(taken, Math.min(end, taken + bytes.length - at))
      bytes.set(piece, at)
      taken += piece.length
      return piece.length
    },
    close: async () => {}
  }
}

/** Workers of this thread: whose turn it is to answer is drawn. */
export function drawnWorkers(
  fields: ExtractOptions,
  { frameBytes, columnFrames }: LineBounds,
  readAt: ReadAt,
  seed: number
): StartLineWorker {
  const random = new Random(seed)
  const waiting: (() => boolean)[] = []
  const turn = (): void => {
    const ready = waiting.filter(hasJob => hasJob())
    if (ready.length > 0) setImmediate(turn)
  }
  return ({ onAnswer }) => {
    const work = new LineWork(createExtractor(fields, { frameBytes, columnFrames }), readAt)
    const jobs: LineJob[] = []
    let dead = false
    waiting.push(() => {
      if (jobs.length > 0 && random.below(2) === 0) {
        const answer: LineAnswer = work.run(jobs.shift()!)
        if (!dead) onAnswer(answer)
      }
      return jobs.length > 0
    })
    return {
      post(job) {
        jobs.push(job)
        setImmediate(turn)
      },
      async terminate() {
        dead = true
      }
    }
  }
}
