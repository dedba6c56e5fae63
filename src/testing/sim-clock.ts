import type { Clock } from '../port/clock.ts'

interface Sleeper {
  readonly at: number
  readonly resolve: () => void
}

/** A wall clock that moves only when it is told to. */
export class SimClock implements Clock {
  private nowMs: number
  private sleepers: Sleeper[] = []

  constructor(startMs = 0) {
    this.nowMs = startMs
  }

  now(): number {
    return this.nowMs
  }

  /** Moves on and wakes everybody whose time has come, in order. */
  advance(ms: number): void {
    this.nowMs += ms
    const due = this.sleepers.filter(({ at }) => at <= this.nowMs).sort((a, b) => a.at - b.at)
    this.sleepers = this.sleepers.filter(({ at }) => at > this.nowMs)
    for (const { resolve } of due) resolve()
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const sleeper = { at: this.nowMs + ms, resolve }
      this.sleepers.push(sleeper)
      signal?.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}
