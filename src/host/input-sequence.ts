import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { failure } from '../core/errors.ts'
import type { ByteInput } from './byte-input.ts'
import { inputFailure } from './file-input.ts'
import { type Input, inputName, type OpenInput, openInput } from './input.ts'

const NEWLINE = 0x0a

/**
 * Several inputs as one sequence of lines. Where one ends without a newline and another follows, the
 * newline is added, so that two frames never run together.
 */
export class InputSequence implements ByteInput {
  private readonly inputs: readonly Input[]
  private readonly stdin: Readable | undefined
  private index = 0
  private current: OpenInput | undefined
  private lastByte = NEWLINE
  private takenBefore = 0

  constructor(inputs: readonly Input[], stdin?: Readable) {
    this.inputs = inputs
    this.stdin = stdin
  }

  /** Of the input that is being read, for errors. */
  get name(): string {
    return inputName(this.inputs[Math.min(this.index, this.inputs.length - 1)] ?? '-')
  }

  /** Bytes taken so far, as they lie on the disk. */
  get taken(): number {
    return this.takenBefore + (this.current?.taken() ?? 0)
  }

  /**
   * Refuses what cannot be read before the first frame is counted; resolves with the size of all
   * files, 0 when there is an input of unknown size. A named pipe is not opened: that would be its
   * only reading.
   */
  async check(): Promise<number> {
    let total = 0
    let known = true
    for (const input of this.inputs) {
      if (typeof input !== 'string' || input === '-') {
        known = false
        continue
      }
      const size = await checkPath(input)
      known &&= size !== undefined
      total += size ?? 0
    }
    return known ? total : 0
  }

  async read(bytes: Uint8Array, at: number): Promise<number> {
    for (;;) {
      if (this.index === this.inputs.length) return 0
      this.current ??= await openInput(this.inputs[this.index]!, this.stdin)
      const count = await this.current.bytes.read(bytes, at)
      if (count > 0) {
        this.lastByte = bytes[at + count - 1]!
        return count
      }
      this.takenBefore += this.current.taken()
      await this.current.bytes.close()
      this.current = undefined
      this.index++
      if (this.index < this.inputs.length && this.lastByte !== NEWLINE) {
        bytes[at] = this.lastByte = NEWLINE
        return 1
      }
    }
  }

  async close(): Promise<void> {
    this.index = this.inputs.length
    await this.current?.bytes.close()
    this.current = undefined
  }
}

async function checkPath(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) throw failure('input-directory', { path })
    await access(path, constants.R_OK)
    return found.isFile() ? found.size : undefined
  } catch (error) {
    throw inputFailure(path, error)
  }
}
