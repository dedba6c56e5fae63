import { ARENA_HEAD_BYTES, type Arena } from '../core/arena.ts'
import { limits } from '../core/limits.ts'
import { compileModule, createMemory, instantiate, type WasmMemory } from '../core/web-assembly.ts'
import { Columns } from './columns.ts'
import { extractKernelBase64 } from './extract-kernel-module.ts'
import type { ExtractorBounds } from './extractor.ts'
import { QUOTE } from './json-walk.ts'
import {
  COLUMNS_AT,
  FIELD_BYTES,
  FIELDS_AT,
  GROUP_SLOTS,
  GROUP_SLOTS_AT,
  GROUPS_AT,
  GROUPS_MAX,
  INPUT_AT,
  KEY_END_AT,
  KEY_START_AT,
  NAMES_AT,
  ROWS_MAX,
  SLACK_BYTES,
  SLOW_AT,
  STATE_AT
} from './kernel-layout.ts'
import type { KernelPlan, PlannedField } from './kernel-plan.ts'

/** What the module exports: `wasm/extract-lines.ts` and `wasm/extract-records.ts`. */
interface KernelExports {
  readonly lines: (start: number, searched: number, end: number, shift: number) => number
  readonly records: (start: number, end: number, shift: number) => number
}

/* Words of the state, by place: four bytes each in `words`, eight in `numbers`. */
export const ROWS = 0
const CAPACITY = 1
export const SLOW_COUNT = 2
export const HAS_APPEND_TIME = 14
export const LEFT = 15
export const STUCK = 16
export const FRESH_GROUPS = 17
export const GROUP_COUNT = 18
const ARENA_USED = 19
const FRAME_BYTES_MAX = 20
const KEY_BYTES_MAX = 21
const WANTED = 22
const NEEDED = 23
const TOP = 24
const TIME_SLOT = 27
const KEY_PARTS = 28
const BY_COUNT = 33
const STATE_WORDS = 38
export const LINE = 2
export const BASE_OFFSET = 3
export const FROM_OFFSET = 4
export const BASE_TIME = 5
export const APPEND_TIME = 6
const STATE_NUMBERS = 7

const PAGE_BYTES = 65_536
const HEAD_BYTES = 16
const RECORD = -1

let compiled: object | undefined

/** The kernel with its memory, of which nothing grows: columns, what is wanted, room for frames. */
export class KernelMemory {
  readonly exports: KernelExports
  readonly buffer: ArrayBuffer
  readonly columns: Columns
  readonly words: Int32Array
  readonly numbers: Float64Array
  /** Rows that are left to the plain twin, and where the keys of their records are. */
  readonly slow: Int32Array
  readonly keyStart: Int32Array
  readonly keyEnd: Int32Array
  /** By group: its id, where its bytes are, how many, the row that met it. */
  readonly groups: Int32Array
  readonly bytes: Uint8Array
  /** Room for frames; some bytes behind it may be read, too. */
  readonly input: Uint8Array
  private nextField = 0
  private nextName = NAMES_AT

  /** Throws what WebAssembly throws where it is missing, forbidden or without SIMD. */
  constructor(plan: KernelPlan, bounds: ExtractorBounds, arena?: Arena) {
    const { columnFrames, frameBytes, inputBytes } = bounds
    compiled ??= compileModule(extractKernelBase64)
    const memory = memoryFor(INPUT_AT + inputBytes + SLACK_BYTES, arena)
    // The module is ours: its exports are what `wasm/` says.
    this.exports = instantiate(compiled, { env: { memory } }) as KernelExports
    const { buffer } = memory
    this.buffer = buffer
    this.columns = new Columns(columnFrames, { buffer, at: COLUMNS_AT, rows: ROWS_MAX })
    this.words = new Int32Array(buffer, STATE_AT, STATE_WORDS)
    this.numbers = new Float64Array(buffer, STATE_AT, STATE_NUMBERS)
    this.slow = new Int32Array(buffer, SLOW_AT, ROWS_MAX)
    this.keyStart = new Int32Array(buffer, KEY_START_AT, ROWS_MAX)
    this.keyEnd = new Int32Array(buffer, KEY_END_AT, ROWS_MAX)
    this.groups = new Int32Array(buffer, GROUPS_AT, GROUPS_MAX * 4)
    this.bytes = new Uint8Array(buffer)
    this.input = new Uint8Array(buffer, INPUT_AT, inputBytes)
    this.words[CAPACITY] = columnFrames
    this.words[FRAME_BYTES_MAX] = frameBytes
    this.words[KEY_BYTES_MAX] = limits.keyBytesMax
    this.writePlan(plan)
  }

  /** Forgets all groups. */
  clearGroups(): void {
    this.words[GROUP_COUNT] = 0
    this.words[ARENA_USED] = 0
    this.bytes.fill(0, GROUP_SLOTS_AT, GROUP_SLOTS_AT + GROUP_SLOTS * 8)
  }

  private writePlan({ top, time, key, by }: KernelPlan): void {
    const { words } = this
    const needed = [...key, ...(time === undefined ? [] : [time])]
    words[WANTED] = bitsOf(top)
    words[NEEDED] = needed.reduce((bits, slot) => bits | (1 << slot), 0)
    words[TIME_SLOT] = time ?? RECORD
    words[KEY_PARTS] = key.length
    words.set(key, KEY_PARTS + 1)
    words[BY_COUNT] = by.length
    words.set(by, BY_COUNT + 1)
    words.set(this.writeFields(top), TOP)
  }

  /** The first entry, the one behind the last, and the bits of all. Those of an object lie together. */
  private writeFields(fields: readonly PlannedField[]): readonly [number, number, number] {
    const first = FIELDS_AT + this.nextField * FIELD_BYTES
    this.nextField += fields.length
    const last = FIELDS_AT + this.nextField * FIELD_BYTES
    for (const [index, field] of fields.entries()) {
      this.writeField(first + index * FIELD_BYTES, field)
    }
    return [first, last, bitsOf(fields)]
  }

  /** `wasm/extract-layout.ts` shows an entry. */
  private writeField(at: number, { name, slot, below }: PlannedField): void {
    const quoted = Uint8Array.of(...name, QUOTE)
    const head = Math.min(quoted.length, HEAD_BYTES)
    this.bytes.set(quoted.subarray(0, head), at)
    this.bytes.fill(0xff, at + HEAD_BYTES, at + HEAD_BYTES + head)
    const rest = quoted.subarray(head)
    const restAt = this.nextName
    this.bytes.set(rest, restAt)
    this.nextName += rest.length
    const own = slot === undefined ? [0, 0] : [1 << slot, slot]
    const inside = below.length === 0 ? [0, 0, 0] : this.writeFields(below)
    const words = new Int32Array(this.buffer, at + 2 * HEAD_BYTES, 7)
    words.set([restAt, rest.length, ...own, ...inside])
  }
}

/** The head of the arena, unless another kernel has it. */
function memoryFor(bytes: number, arena: Arena | undefined): WasmMemory {
  if (arena && bytes <= ARENA_HEAD_BYTES && arena.takeHead()) return arena.memory
  return createMemory(Math.ceil(bytes / PAGE_BYTES))
}

function bitsOf(fields: readonly PlannedField[]): number {
  return fields.reduce(
    (bits, { slot, below }) => bits | bitsOf(below) | (slot === undefined ? 0 : 1 << slot),
    0
  )
}
