/**
 * The lines of an input in pieces, in their order, for threads that each look at whole pieces by itself. What
 * the pieces are has no meaning: any cut between two lines does.
 */
export interface LinePieces {
  /** Refuses what cannot be read, before anything is. */
  open(): Promise<void>
  /** The next piece, of about `bytes`; undefined at the end. Errors as a source's `poll`, in the same place. */
  next(bytes: number): Promise<LinePiece | undefined>
  /** Nobody reads in this range any more, nor in those before it. */
  taken(range: FileRange): Promise<void>
  /** What is to be said of an error of `next` when so many lines came before it. */
  failureOf(error: unknown, lines: number): unknown
  /** Nobody may be reading any more; a `next` that waits may wait for ever. */
  close(): Promise<void>
}

export type LinePiece = FileRange | LineText

/** The lines that begin at the positions [from, to) of a file, to the end of the last one. */
export interface FileRange {
  readonly kind: 'range'
  /** Its descriptor, which all threads of the process can read from, each at its own place. */
  readonly file: number
  readonly path: string
  readonly from: number
  /** Infinity: to where the file turns out to end. */
  readonly to: number
  /** A line begins at `from`; otherwise the first one begins behind a newline at `from` − 1 or later. */
  readonly atLine: boolean
}

/** Lines that are in memory already, where only one thread can see them. */
export interface LineText {
  readonly kind: 'text'
  /** Valid until the next piece is asked for. */
  readonly bytes: Uint8Array
  /** An input ends here, with a newline or without. Otherwise: whole lines, or the head of one that is too long. */
  readonly last: boolean
}
