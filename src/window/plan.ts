import { DAY, HOUR, MINUTE, type WindowSize } from './size.ts'

/** One level of the roll-up. Level 0 is the finest pane, the UTC minute. */
export interface Level extends WindowSize {
  readonly index: number
  /** The level whose windows, united, make one of these; −1 for the panes. */
  readonly child: number
  /** False for a level that exists only because a larger one is made from it. */
  readonly asked: boolean
}

/**
 * Which windows are made from which: whole hours and the day from hours, everything else from
 * minutes (protocol, stage 2). Every child lies in exactly one parent.
 */
export class WindowPlan {
  readonly levels: readonly Level[]
  /** One bit per asked size, smallest first: what a partial counts for. */
  readonly mask: number

  constructor(sizes: readonly WindowSize[]) {
    const lengths = new Map<number, string>([[MINUTE, '1m']])
    for (const size of sizes) {
      lengths.set(size.length, size.name)
      if (childLength(size.length) === HOUR) lengths.set(HOUR, '1h')
    }
    const ordered = [...lengths].sort(([left], [right]) => left - right)
    this.levels = ordered.map(([length, name], index) => ({
      name,
      length,
      index,
      child: ordered.findIndex(([candidate]) => candidate === childLength(length)),
      asked: sizes.some(size => size.length === length)
    }))
    this.mask = 2 ** sizes.length - 1
  }
}

/** Start of the window of `length` that holds `time`; both in ms, UTC. */
export function windowStart(time: number, length: number): number {
  return Math.floor(time / length) * length
}

function childLength(length: number): number {
  if (length === MINUTE) return 0
  return length > HOUR && length <= DAY && length % HOUR === 0 ? HOUR : MINUTE
}
