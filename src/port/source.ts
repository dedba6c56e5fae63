/**
 * Where frames come from. A source is pulled: each `poll` hands over what one read brought, so
 * back-pressure is simply not polling. Bytes are valid only during the call that hands them over.
 */
export interface Source {
  /** What the frames come from, for people: a topic or a file name. */
  readonly name: string
  /** The identity that positions belong to: a topic id, or the name of a file. */
  readonly id: string
  /** Input partitions, from 0. A file is one partition. */
  readonly partitions: number
  /** True when nothing can follow the end (files, stdin). */
  readonly bounded: boolean
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

/** A source whose partitions come and go while it is read: a topic shared by several instances. */
export interface SharedSource extends Source {
  /** Reads one more partition from this offset on. */
  assign(partition: number, position: number): Promise<void>
  /** Reads it no more: nothing of it is handed over after this. */
  revoke(partition: number): void
}

/** Takes bytes synchronously; the runtime's door into the hot path. */
export interface Taker {
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
}
