import type { FileRange } from '../../port/line-pieces.ts'
import type { ThreadFailure } from '../threads/thread-message.ts'
import type { RoomMemory } from './line-room.ts'

/** Lines that were brought to a room. */
export interface RoomText {
  readonly kind: 'text'
  /** They are `bytes[from, to)` there. */
  readonly from: number
  readonly to: number
  readonly last: boolean
}

/** What is to be extracted: all of it, or what a room had no place for. */
export type LineTask = RoomText | FileRange

/** To a thread, with the memory of a room. It answers one after the other. */
export interface LineJob {
  readonly memory: RoomMemory
  readonly task: LineTask
}

/** What a thread found: rows 0 … `rows` − 1 in the room, lines numbered from 0. */
export interface LineFinding {
  readonly rows: number
  readonly lines: number
  /** What is left of the task, when the room is full. */
  readonly rest: LineTask | undefined
  /** A line is longer than the room: it needs a larger one. */
  readonly narrow: boolean
  /** Why the task ended here. */
  readonly failure?: ThreadFailure
}

/** From a thread, with the memory that came with the job. */
export interface LineAnswer extends LineFinding {
  readonly memory: RoomMemory
  /** Groups met since the last answer; with `renewed` all ids begin anew with these. */
  readonly groups: readonly string[]
  readonly renewed: boolean
}
