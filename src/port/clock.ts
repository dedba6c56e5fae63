/** Wall-clock time in milliseconds since the epoch. The pure folders never see it. */
export interface Clock {
  now(): number
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
