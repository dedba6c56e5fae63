import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from './backoff.ts'

/** How long to try again, and who hears of it. */
export interface Patience {
  /** Milliseconds from the first failure to the error; Infinity: as long as it takes. */
  readonly limitMs: number
  /** Called with every failure that is tried again. */
  readonly onAttempt?: (error: unknown) => void
  readonly signal?: AbortSignal
}

/** Runs `work` until it succeeds, fails for good (`isFinal`), or the patience ends. */
export async function withRetry<Result>(
  work: () => Promise<Result>,
  isFinal: (error: unknown) => boolean,
  patience: Patience
): Promise<Result> {
  const started = performance.now()
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const rest = patience.limitMs - (performance.now() - started)
      if (isFinal(error) || rest <= 0 || patience.signal?.aborted === true) throw error
      patience.onAttempt?.(error)
      await pause(Math.min(backoffMs(attempt, Math.random()), rest), patience.signal)
    }
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal })
  } catch {
    // Aborted: the next attempt is the last one.
  }
}
