import { assert } from '../../core/assert.ts'
import { compileModule, createMemory, instantiate } from '../../core/web-assembly.ts'
import {
  BATCH_AT,
  BATCH_COUNT,
  BATCH_END,
  BATCH_FULL,
  LINES_AT,
  LINES_BYTES,
  SLACK_BYTES
} from './produce-kernel-layout.ts'
import { produceKernelBase64 } from './produce-kernel-module.ts'

/** What the module exports: `wasm/produce-records.ts` and `wasm/produce-lz4.ts`. */
interface KernelExports {
  readonly records: (
    start: number,
    end: number,
    batchEnd: number,
    batchMax: number,
    first: number,
    timeDelta: number
  ) => number
  readonly lz4: (source: number, length: number, target: number) => number
}

const PAGE_BYTES = 65_536
/** Header, end, and one size for each block of at most 4 MiB. */
const FRAME_BYTES = 1_024

const END = 0
const COUNT = (BATCH_COUNT - BATCH_END) / 4
const FULL = (BATCH_FULL - BATCH_END) / 4

let compiled: object | undefined

/**
 * Lines into records, records into lz4, both in WASM memory and at the cost of a copy: a call per
 * some thousand records, no object for any.
 */
export class ProduceKernel {
  /** Where the batch is built that takes lines. */
  readonly batch: Buffer
  private readonly exports: KernelExports
  private readonly state: Uint32Array
  private readonly lines: Uint8Array
  private readonly memory: ArrayBuffer
  private readonly packedAt: number
  private readonly packMax: number

  /** Room for batches of this size; undefined where WASM or its SIMD is missing or forbidden. */
  static create(batchBytes: number): ProduceKernel | undefined {
    try {
      return new ProduceKernel(batchBytes)
    } catch {
      return undefined
    }
  }

  private constructor(batchBytes: number) {
    compiled ??= compileModule(produceKernelBase64)
    this.packMax = Math.max(batchBytes, LINES_BYTES)
    this.packedAt = BATCH_AT + batchBytes + SLACK_BYTES
    const packedBytes = this.packMax + Math.ceil(this.packMax / 255) + FRAME_BYTES + SLACK_BYTES
    const memory = createMemory(Math.ceil((this.packedAt + packedBytes) / PAGE_BYTES))
    // The module is ours: its exports are what `wasm/` says.
    this.exports = instantiate(compiled, { env: { memory } }) as KernelExports
    this.memory = memory.buffer
    this.state = new Uint32Array(this.memory, BATCH_END, FULL + 1)
    this.lines = new Uint8Array(this.memory, LINES_AT, LINES_BYTES)
    this.batch = Buffer.from(this.memory, BATCH_AT, batchBytes)
  }

  /** End of the batch after `appendLines`. */
  get end(): number {
    return this.state[END]! - BATCH_AT
  }

  /** Records in the batch after `appendLines`. */
  get count(): number {
    return this.state[COUNT]!
  }

  /** True when the batch had no room for the next line. */
  get full(): boolean {
    return this.state[FULL] === 1
  }

  /** Appends lines to `batch`, which ends at `batchEnd` with `count` records; returns the bytes used. */
  appendLines(
    bytes: Uint8Array,
    start: number,
    end: number,
    batchEnd: number,
    batchMax: number,
    count: number,
    timeDelta: number
  ): number {
    const { exports, lines, state } = this
    const max = BATCH_AT + Math.min(batchMax, this.batch.length)
    const zigzag = timeDelta < 0 ? -timeDelta * 2 - 1 : timeDelta * 2
    state[END] = BATCH_AT + batchEnd
    state[COUNT] = count
    state[FULL] = 0
    let at = start
    while (at < end && !this.full) {
      const size = Math.min(LINES_BYTES, end - at)
      lines.set(bytes.subarray(at, at + size))
      const to = state[END]!
      const used =
        exports.records(LINES_AT, LINES_AT + size, to, max, this.count, zigzag) - LINES_AT
      const whole = at + size === end
      at += used
      // What is left is odd, or has no end yet.
      if (whole || used === 0) break
    }
    return at - start
  }

  /** An lz4 frame that is valid until the next call; undefined for more bytes than there is room for. */
  lz4(records: Buffer): Buffer | undefined {
    const { length } = records
    if (length > this.packMax) return undefined
    let at = records.byteOffset
    if (records.buffer !== this.memory) {
      if (length > LINES_BYTES) return undefined
      this.lines.set(records)
      at = LINES_AT
    }
    const size = this.exports.lz4(at, length, this.packedAt)
    assert(this.packedAt + size <= this.memory.byteLength, 'lz4 stays in its room')
    return Buffer.from(this.memory, this.packedAt, size)
  }
}
