import { Accounting } from '../combine/accounting.ts'

/** What a run did, kept up to date while it runs: for progress lines and the end report. */
export class RunReport {
  /** What became of every frame this run has read. */
  readonly accounting: Accounting = new Accounting()
  /** Reading has begun: everything before it went well. */
  started = false
  /** Frames read so far, those of the flush in the making included. */
  framesRead = 0
  /** Newest event time in ms, −Infinity before the first frame. */
  clock: number = Number.NEGATIVE_INFINITY
  /** W2 in ms. */
  watermark: number = Number.NEGATIVE_INFINITY
  /** Records not read yet, where the input's end is known. */
  lag: number | undefined
  /** Rejects that were counted but not kept. */
  rejectsDropped = 0
  flushes = 0
  commits = 0
  /** Flushes that overlapped what was taken before: the frames of their windows may be too high. */
  overlaps = 0
  /** Flushes that did not continue where their partition stood: part of the input is not counted. */
  gaps = 0
  /** What the user should know: where it starts, what it waits for. */
  readonly notes: string[] = []
}
