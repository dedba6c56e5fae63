import { DAY, HOUR } from '../window/size.ts'
import type { Window } from './window.ts'

/** When windows that are still open are said: by their pace, only before a stop, or never. */
export type ProvisionalPace = 'paced' | 'at-stop' | 'never'

/** Larger windows change all the time: they speak more rarely than minutes. */
const HOUR_PACE_MS = 10_000
const DAY_PACE_MS = 60_000
/** What a record has beside its group, about; provisional ones get 1 MB per task and commit. */
const RECORD_BYTES = 360
const BYTES_PER_COMMIT_MAX = 1_000_000
/** Running unions that were given up, and are made anew of up to 60 children to be said. */
const UNIONS_PER_COMMIT_MAX = 8

/**
 * The provisional emissions of one commit: changed windows whose pace allows it, those that have
 * been silent longest first, as far as bytes and work allow. With `all` neither pace nor budget
 * holds (the last words before a stop).
 */
export function dueProvisional(windows: Iterable<Window>, nowMs: number, all: boolean): Window[] {
  const due: Window[] = []
  for (const window of windows) {
    if (!window.changed || !window.level.asked) continue
    if (all || nowMs - window.emittedAt >= pace(window.level.length)) due.push(window)
  }
  due.sort((left, right) => left.emittedAt - right.emittedAt || left.start - right.start)
  return all ? due : withinBudget(due)
}

function withinBudget(due: readonly Window[]): Window[] {
  const said: Window[] = []
  let bytes = 0
  let unions = 0
  for (const window of due) {
    const isAtHand = window.isWhole || window.content !== undefined
    if (!isAtHand && ++unions > UNIONS_PER_COMMIT_MAX) continue
    bytes += RECORD_BYTES + 2 * window.group.length
    if (bytes > BYTES_PER_COMMIT_MAX) break
    said.push(window)
  }
  return said
}

function pace(length: number): number {
  if (length >= DAY) return DAY_PACE_MS
  return length >= HOUR ? HOUR_PACE_MS : 0
}
