import type { Reject } from '../core/reject.ts'

/** What became of lines that were sent as a whole. */
export interface SentLines {
  /** Where the first line begins that was not sent: it needs a closer look, or has no end yet. */
  readonly end: number
  readonly frames: number
}

/** How much of a line is looked at before it is sent: its ends, or all of it. */
export type CheckDepth = 'ends' | 'whole'

/** What a line must be, and where its key comes from. */
export interface LineRules {
  /** Top-level field whose text becomes the record key. */
  readonly keyField?: string
  /** Default `ends`. */
  readonly check?: CheckDepth
}

/**
 * Where frames are sent. `send` only collects; `full` and `ready` are the back-pressure, `flush`
 * waits for every ack. Sends are numbered from 0 in the order of the calls.
 */
export interface FrameSink {
  /** Name of what is written to, for people. */
  readonly topic: string
  /** The largest batch that it takes, bytes; a frame needs about 100 bytes less. */
  readonly batchBytesMax: number
  /** Frames that are stored safely. */
  readonly acked: number
  /** What lines have to be for `sendLines`, and which key they get. */
  readonly rules: LineRules
  /** True at the bound of the buffer: await `ready` before more is sent. */
  readonly full: boolean
  /** The partition of a record key, or the one for this frame without a key. */
  partitionFor(key: Uint8Array | null, value: Uint8Array): number
  /** Copies key and value. Throws what ended the sink. */
  send(partition: number, key: Uint8Array | null, value: Uint8Array, timeMs: number): void
  /**
   * Sends the lines of `bytes[start, end)` by the rules, as long as they are whole and frames at sight:
   * `{` at the beginning, `}` at the end, nothing around. May stop at any line, and send none: what it
   * does is the same as `send` for each. Throws what ended the sink.
   */
  sendLines(bytes: Uint8Array, start: number, end: number, timeMs: number): SentLines
  /** Rejects with what ended the sink. */
  ready(): Promise<void>
  flush(): Promise<void>
  /** Every send with a smaller number is stored safely. */
  ackedThrough(): number
}

/** Keeps what could not be counted or sent. */
export interface RejectSink {
  keep(reject: Reject): void
}
