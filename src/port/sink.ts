import type { Reject } from '../core/reject.ts'

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
  /** True at the bound of the buffer: await `ready` before more is sent. */
  readonly full: boolean
  /** The partition of a record key, or the one for frames without a key. */
  partitionFor(key: Uint8Array | null): number
  /** Copies key and value. Throws what ended the sink. */
  send(partition: number, key: Uint8Array | null, value: Uint8Array, timeMs: number): void
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
