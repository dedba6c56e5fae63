import type { Arena } from '../core/arena.ts'
import type { Inputs } from '../core/inputs.ts'
import type { InputLoss } from './input-loss.ts'
import type { LinePieces } from './line-pieces.ts'

/**
 * Where frames come from. A source is pulled: each `poll` hands over what one read brought, so
 * back-pressure is simply not polling. Bytes are valid only during the call that hands them over.
 */
export interface FrameSource {
  /** True when nothing can follow the end (files, stdin). */
  readonly bounded: boolean
  /** Where its bytes mostly lie: a kernel that has its memory there need not copy them. */
  readonly arena?: Arena | undefined
  /** Starts reading the given partitions, each at its position (offset of the next frame). */
  open(positions: ReadonlyMap<number, number>): Promise<void>
  /**
   * Hands what came to `taker`, or waits up to `waitMs` for something to come.
   * Returns false when a bounded source has nothing left.
   */
  poll(taker: Taker, waitMs: number): Promise<boolean>
  /** Ends a waiting `poll` early; for shutdown. */
  wake(): void
  close(): Promise<void>
}

/** A source that is read whole by one instance. */
export interface Source extends FrameSource {
  /** What the frames come from, for people: the name of a file. */
  readonly name: string
  /** The identity that positions belong to. */
  readonly id: string
  /** Input partitions, from 0. A file is one partition. */
  readonly partitions: number
  /** The same input in pieces, for threads: instead of everything that `FrameSource` has, and from its beginning. */
  pieces?(): LinePieces
}

/** What a reader knows of a log: the record before `offset` was of this leader epoch. */
export interface LogPoint {
  readonly offset: number
  readonly leaderEpoch: number
}

/** Topics shared by several instances: their partitions, each named by its slot, come and go. */
export interface SharedSource extends FrameSource {
  readonly inputs: Inputs
  /**
   * Reads one more partition from this offset on. With a point of the log at or behind it that is known from
   * before, a log that was cut meanwhile is noticed.
   */
  assign(partition: number, position: number, known?: LogPoint): Promise<void>
  /** Reads it no more: nothing of it is handed over after this. */
  revoke(partition: number): void
  /** Reads on in this one only after `resume`; what was read already may still be handed over. */
  pause(partition: number): void
  resume(partition: number): void
  /** One read brings this share of what it usually would, or a little more; 1 until it is called. */
  pace(partition: number, share: number): void
}

/** Takes bytes synchronously; the runtime's door into the hot path. */
export interface Taker {
  /** Where a source of lines may read to: what is handed over from there needs no copying. */
  readonly room?: Uint8Array | undefined
  /**
   * Newline-delimited text in `bytes[start, end)`. Returns how many bytes were used: the rest is an
   * unfinished frame, and is handed over again with what follows. With `last` everything is used.
   */
  lines(partition: number, bytes: Uint8Array, start: number, end: number, last: boolean): number
  /**
   * Number of the line after the last one used, from 0: a source of lines asks for it instead of
   * counting newlines a second time.
   */
  nextLine(partition: number): number
  /** The decompressed records of one data batch; control and aborted batches never come here. */
  records(partition: number, batch: RecordsSpan): void
  /** After each read: the partition's next offset and what is known of its end. */
  progress(partition: number, progress: Progress): void
  /**
   * What was to be read next is gone. Nothing comes of the partition from here on, until it is assigned
   * again. A taker without this method has `poll` throw it.
   */
  lost?(partition: number, loss: InputLoss): void
}

/** The records of one RecordBatch v2, decompressed: `bytes[start, end)` holds `count` records. */
export interface RecordsSpan {
  bytes: Uint8Array
  start: number
  end: number
  count: number
  /** Records below this offset were read before and are skipped. */
  fromOffset: number
  baseOffset: number
  /** Milliseconds since the epoch; a record's time is this plus its delta. */
  baseTime: number
  /** The broker's append time, which then stands for every record in the batch. */
  maxTime: number
  logAppendTime: boolean
}

export interface Progress {
  /** Offset of the next record to read; by batch headers, so control records count. */
  position: number
  /** First offset a read-committed reader cannot see yet (LSO); the file's end is unknown: −1. */
  end: number
  /** True when position has reached both the LSO and the high watermark. */
  atEnd: boolean
  /** Of the record before the position, where its batch says one. */
  leaderEpoch?: number
}
