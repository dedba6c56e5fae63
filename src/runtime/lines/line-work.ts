import type { Extractor } from '../../extract/extractor.ts'
import { GROUPS_MAX } from '../../extract/kernel-layout.ts'
import type { FileRange } from '../../port/line-pieces.ts'
import { toThreadFailure } from '../threads/thread-message.ts'
import type { LineAnswer, LineFinding, LineJob, LineTask, RoomText } from './line-message.ts'
import { LineRoom } from './line-room.ts'

const NEWLINE = 0x0a
/** So much is extracted while it is still in the cache from being read. */
const READ_BYTES = 256 * 1_024

/** Reads up to `count` bytes of a file at `position` to `bytes[at, …)`; 0 at its end. */
export type ReadAt = (
  file: FileRange,
  bytes: Uint8Array,
  at: number,
  count: number,
  position: number
) => number

/** A thread's work on lines: one piece after the other into its room, whoever takes it from there. */
export class LineWork {
  private readonly extractor: Extractor
  private readonly readAt: ReadAt
  /** Groups that were told of. */
  private told = 0

  constructor(extractor: Extractor, readAt: ReadAt) {
    this.extractor = extractor
    this.readAt = readAt
  }

  run({ memory, task }: LineJob): LineAnswer {
    const { columns, groups } = this.extractor
    const room = new LineRoom(memory, roomRows(columns.capacity))
    // The kernel has no place for more.
    const renewed = this.told === 0 || groups.size >= GROUPS_MAX
    if (renewed) {
      groups.clear()
      this.told = 0
    }
    const finding = this.find(room, task)
    const names: string[] = []
    while (this.told < groups.size) names.push(groups.text(this.told++))
    return { ...finding, memory, groups: names, renewed }
  }

  private find(room: LineRoom, task: LineTask): LineFinding {
    const { extractor } = this
    const { columns } = room
    // Forgets what it knew of a line without its end, too.
    extractor.nextLine = 0
    const found = (end: Partial<LineFinding>): LineFinding => {
      const { count: rows } = columns
      return { rest: undefined, narrow: false, ...end, rows, lines: extractor.nextLine }
    }
    try {
      return found(task.kind === 'text' ? this.text(room, task) : this.range(room, task))
    } catch (error) {
      return found({ failure: toThreadFailure(error) })
    }
  }

  private text(room: LineRoom, task: RoomText): Partial<LineFinding> {
    const from = this.extract(room, task.from, task.to, task.last)
    return from < task.to ? { rest: { ...task, from } } : {}
  }

  /** The lines that begin in the range. `bytes[0]` is at `base` in the file. */
  private range(room: LineRoom, task: FileRange): Partial<LineFinding> {
    const { bytes } = room
    let { atLine } = task
    let base = atLine ? task.from : task.from - 1
    let filled = 0
    let at = 0
    for (;;) {
      const read = this.read(task, bytes, filled, base + filled)
      filled += read
      const isEnd = read === 0
      if (!atLine) {
        const newline = bytes.subarray(0, filled).indexOf(NEWLINE)
        const begin = base + (newline === -1 ? filled : newline + 1)
        if (begin >= task.to || (newline === -1 && isEnd)) return {}
        atLine = newline !== -1
        at = newline + 1
        if (!atLine) {
          base += filled
          filled = 0
          continue
        }
      }
      const own = ownEnd(bytes, at, filled, task.to - base)
      const end = own ?? filled
      at = this.extract(room, at, end, isEnd)
      if (at < end && isFull(room, this.extractor)) return restFrom(task, base + at, true)
      if (isEnd || at === own) return {}
      // The head of a line that is too long: what is left of it is in front of the next one.
      if (at === filled && bytes[at - 1] !== NEWLINE) return restFrom(task, base + at + 1, false)
      if (filled === bytes.length) {
        return { ...restFrom(task, base + at, true), narrow: (filled - at) * 2 > filled }
      }
    }
  }

  private read(task: FileRange, bytes: Uint8Array, at: number, position: number): number {
    return this.readAt(task, bytes, at, Math.min(READ_BYTES, bytes.length - at), position)
  }

  /** Adds the rows of whole lines, as many as there is room for; the position after the last one. */
  private extract(room: LineRoom, from: number, to: number, last: boolean): number {
    const { extractor } = this
    let at = from
    while (at < to && !isFull(room, extractor)) {
      const next = extractor.lines(room.bytes, at, to, last)
      room.columns.append(extractor.columns)
      if (next === at) break
      at = next
    }
    return at
  }
}

/** Rows of a room: after any call of an extractor that found it not full there is room for what the next one brings. */
export function roomRows(columnFrames: number): number {
  return 2 * columnFrames
}

function isFull({ columns }: LineRoom, extractor: Extractor): boolean {
  return columns.count + extractor.columns.capacity > columns.capacity
}

/** Where the last line ends that begins in front of `to`; undefined when its end is not there yet. */
function ownEnd(bytes: Uint8Array, at: number, filled: number, to: number): number | undefined {
  if (filled < to) return undefined
  const newline = bytes.subarray(0, filled).indexOf(NEWLINE, Math.max(to - 1, at))
  return newline === -1 ? undefined : newline + 1
}

function restFrom(task: FileRange, from: number, atLine: boolean): Partial<LineFinding> {
  return from < task.to ? { rest: { ...task, from, atLine } } : {}
}
