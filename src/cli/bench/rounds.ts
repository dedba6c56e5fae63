import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Stopwatch } from './stopwatch.ts'

/** What a pass notes: microseconds of a part of it. */
export type Note = (part: string, microseconds: number) => void

/** One pass over the sample. It notes what it measured itself; setting up is left out. */
export type Pass = (note: Note) => void | Promise<void>

export interface RoundsParts {
  /** CPU time so far, µs. */
  readonly cpu: Stopwatch
  readonly nowMs: () => number
  /** Called before each lap; it may throw to stop. */
  readonly onLap: (round: number) => void
}

/** A lap is so long at least, where passes are shorter several of them: a timer counts whole microseconds. */
const LAP_US = 20_000
/** What is spent on one lap, with what is not measured in it. */
const LAP_SPENT_US = 100_000
const LAP_PASSES_MAX = 4_096
/** All laps together, and so long on a busy machine; one round is made whatever it takes. */
const BUDGET_US = 4_500_000
const BUDGET_MS = 8_000
const ROUNDS_MAX = 11

/**
 * Runs the passes in turn, round after round, so that whatever else the machine does weighs on all of them.
 * Microseconds of one pass by part, the median of the rounds; the first one, in which code is still being
 * compiled, counts only where the time was up after it.
 */
export async function runRounds(
  passes: readonly Pass[],
  { cpu, nowMs, onLap }: RoundsParts
): Promise<ReadonlyMap<string, number>> {
  const laps = new Map<string, number[]>()
  const started = cpu()
  const until = nowMs() + BUDGET_MS
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    for (const pass of passes) {
      onLap(round)
      // Lets signals and the progress line through.
      await nextTurn()
      for (const [part, microseconds] of await runLap(pass, cpu)) {
        const known = laps.get(part) ?? []
        laps.set(part, known)
        known.push(microseconds)
      }
    }
    const spent = cpu() - started
    if (nowMs() >= until || spent * (1 + 1 / round) > BUDGET_US) break
  }
  return new Map(
    [...laps].map(([part, times]) => [part, medianOf(times.slice(times.length > 1 ? 1 : 0))])
  )
}

/** The mean of one lap's passes, by part. */
async function runLap(pass: Pass, cpu: Stopwatch): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>()
  let measured = 0
  const note: Note = (part, microseconds) => {
    measured += microseconds
    sums.set(part, (sums.get(part) ?? 0) + microseconds)
  }
  const started = cpu()
  let passes = 0
  do {
    await pass(note)
    passes++
  } while (measured < LAP_US && passes < LAP_PASSES_MAX && cpu() - started < LAP_SPENT_US)
  return new Map([...sums].map(([part, microseconds]) => [part, microseconds / passes]))
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
