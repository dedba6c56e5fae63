import { assert } from '../../core/assert.ts'
import { utf8 } from '../../core/bytes.ts'
import { limits } from '../../core/limits.ts'
import { compileModule, createMemory, instantiate } from '../../core/web-assembly.ts'
import type { LineRules } from '../../port/sink.ts'
import * as P from './produce-kernel-layout.ts'
import { produceKernelBase64 } from './produce-kernel-module.ts'

/** What the module exports: `wasm/produce-records.ts` and `wasm/produce-lz4.ts`. */
interface KernelExports {
  readonly records: (
    start: number,
    end: number,
    lanes: number,
    laneCount: number,
    how: number
  ) => number
  readonly lz4: (source: number, length: number, target: number) => number
}

const PAGE_BYTES = 65_536
/** Header, end, and one size for each block of at most 4 MiB. */
const FRAME_BYTES = 1_024
/** More than this for lanes is a topic with so many partitions that batches hardly fill. */
const LANES_BYTES_MAX = 256 * 1_024 * 1_024
const QUOTE = 0x22
const HEAD_BYTES = 16
const NAME_BYTES_MAX = 255

let compiled: object | undefined

/**
 * Lines into records, records into lz4, both in WASM memory and at the cost of a copy: a call per
 * some thousand records, no object for any. Lines go to lanes, each the batch of a partition: one where
 * they have no key, else the lane of a key is what Kafka's Java client has as its partition.
 */
export class ProduceKernel {
  /** Batches that take lines; 0 when there is no room for them, or a rule that the kernel can't keep. */
  readonly lanes: number
  private readonly exports: KernelExports
  private readonly how: number
  private readonly memory: ArrayBuffer
  private readonly words: Uint32Array
  private readonly lines: Uint8Array
  private readonly batchBytes: number
  private readonly packedAt: number
  private readonly packMax: number
  private readonly lanesAt: number

  /** Room for batches of this size; undefined where WASM or its SIMD is missing or forbidden. */
  static create(batchBytes: number, lanes = 1, rules: LineRules = {}): ProduceKernel | undefined {
    try {
      return new ProduceKernel(batchBytes, lanes, rules)
    } catch {
      return undefined
    }
  }

  private constructor(batchBytes: number, lanes: number, rules: LineRules) {
    compiled ??= compileModule(produceKernelBase64)
    const name = rules.keyField === undefined ? undefined : utf8(rules.keyField)
    const fits = lanes * (batchBytes + P.SLACK_BYTES) <= LANES_BYTES_MAX
    this.lanes = fits && (name === undefined || name.length <= NAME_BYTES_MAX) ? lanes : 0
    this.how = (rules.check === 'whole' ? P.WHOLE : 0) | (name === undefined ? 0 : P.KEYED)
    this.batchBytes = batchBytes
    this.packMax = Math.max(batchBytes, P.LINES_BYTES)
    this.packedAt = P.BATCH_AT + this.lanes * this.laneStep
    const packedBytes = this.packMax + Math.ceil(this.packMax / 255) + FRAME_BYTES
    this.lanesAt = Math.ceil((this.packedAt + packedBytes + P.SLACK_BYTES) / 4) * 4
    const bytes = this.lanesAt + this.lanes * P.LANE_BYTES
    const memory = createMemory(Math.ceil(bytes / PAGE_BYTES))
    // The module is ours: its exports are what `wasm/` says.
    this.exports = instantiate(compiled, { env: { memory } }) as KernelExports
    this.memory = memory.buffer
    this.words = new Uint32Array(this.memory)
    this.lines = new Uint8Array(this.memory, P.LINES_AT, P.LINES_BYTES)
    if (name !== undefined && this.lanes > 0) this.lookFor(name)
  }

  /** Lines that `take` made records of. */
  get taken(): number {
    return this.words[P.TAKEN / 4]!
  }

  /** The lane without room for the line at which `take` stopped; −1 when something else stopped it. */
  get fullLane(): number {
    return this.words[P.FULL_LANE / 4]! - 1
  }

  /** Where the batch of a lane is built. */
  batch(lane: number): Buffer {
    return Buffer.from(this.memory, P.BATCH_AT + lane * this.laneStep, this.batchBytes)
  }

  /** Says how far the batch of a lane is, and how far it may go; `max` 0: it takes nothing. */
  openLane(lane: number, end: number, max: number, count: number, timeDelta: number): void {
    const start = P.BATCH_AT + lane * this.laneStep
    const at = this.laneAt(lane)
    this.words[at + P.LANE_END / 4] = start + end
    this.words[at + P.LANE_MAX / 4] = max === 0 ? 0 : start + Math.min(max, this.batchBytes)
    // What takes nothing is not full either.
    this.words[at + P.LANE_COUNT / 4] = max === 0 ? 0 : count
    this.words[at + P.LANE_DELTA / 4] = timeDelta < 0 ? -timeDelta * 2 - 1 : timeDelta * 2
  }

  /** End of the lane's batch after `take`. */
  laneEnd(lane: number): number {
    const start = P.BATCH_AT + lane * this.laneStep
    return this.words[this.laneAt(lane) + P.LANE_END / 4]! - start
  }

  /** Records in the lane's batch after `take`. */
  laneCount(lane: number): number {
    return this.words[this.laneAt(lane) + P.LANE_COUNT / 4]!
  }

  /** How many lines `take` took before the first of this lane, when that one opened its batch. */
  laneFirst(lane: number): number {
    return this.words[this.laneAt(lane) + P.LANE_FIRST / 4]!
  }

  /** Copies lines in, as many bytes as there is room for, and returns how many. */
  load(bytes: Uint8Array, start: number, end: number): number {
    const size = Math.min(P.LINES_BYTES, end - start)
    this.lines.set(bytes.subarray(start, start + size))
    return size
  }

  /**
   * Appends the loaded lines `[start, end)` to the lanes and returns the position of the first that was not
   * taken: it is odd, has no end, or its lane is full.
   */
  take(start: number, end: number): number {
    const { exports, lanesAt, lanes, how } = this
    return exports.records(P.LINES_AT + start, P.LINES_AT + end, lanesAt, lanes, how) - P.LINES_AT
  }

  /** An lz4 frame that is valid until the next call; undefined for more bytes than there is room for. */
  lz4(records: Buffer): Buffer | undefined {
    const { length } = records
    if (length > this.packMax) return undefined
    let at = records.byteOffset
    if (records.buffer !== this.memory) {
      if (length > P.LINES_BYTES) return undefined
      this.lines.set(records)
      at = P.LINES_AT
    }
    const size = this.exports.lz4(at, length, this.packedAt)
    assert(this.packedAt + size <= this.memory.byteLength, 'lz4 stays in its room')
    return Buffer.from(this.memory, this.packedAt, size)
  }

  private get laneStep(): number {
    return this.batchBytes + P.SLACK_BYTES
  }

  private laneAt(lane: number): number {
    return (this.lanesAt + lane * P.LANE_BYTES) / 4
  }

  /** Notes the one field that is looked for: `wasm/extract-layout.ts` shows its entry. */
  private lookFor(name: Uint8Array): void {
    const quoted = Uint8Array.of(...name, QUOTE)
    const head = Math.min(quoted.length, HEAD_BYTES)
    const bytes = new Uint8Array(this.memory)
    bytes.set(quoted.subarray(0, head), P.FIELDS_AT)
    bytes.fill(0xff, P.FIELDS_AT + P.FIELD_MASK, P.FIELDS_AT + P.FIELD_MASK + head)
    bytes.set(quoted.subarray(head), P.NAMES_AT)
    const { words } = this
    words[(P.FIELDS_AT + P.FIELD_REST) / 4] = P.NAMES_AT
    words[(P.FIELDS_AT + P.FIELD_REST_LENGTH) / 4] = quoted.length - head
    words[(P.FIELDS_AT + P.FIELD_BIT) / 4] = 1
    words[P.KEY_BYTES_MAX / 4] = limits.keyBytesMax
    words[P.WANTED / 4] = 1
    words[P.NEEDED / 4] = 1
    words[P.TOP_FIRST / 4] = P.FIELDS_AT
    words[P.TOP_LAST / 4] = P.FIELDS_AT + P.FIELD_BYTES
    words[P.TOP_BITS / 4] = 1
  }
}
