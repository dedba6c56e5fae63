import type { ResultRecord } from '../result/result-record.ts'

const WAITING_MAX = 1_000

/**
 * Results on their way from the loops to whoever iterates. Bounded: a slow reader holds stage 2
 * back, it never grows a list.
 */
export class ResultQueue implements AsyncIterable<ResultRecord> {
  private waiting: ResultRecord[] = []
  private ended = false
  private error: unknown
  private wakeReader: (() => void) | undefined
  /** One for each task that waits for room. */
  private writers: (() => void)[] = []

  /** Resolves when there is room again. */
  async push(results: readonly ResultRecord[]): Promise<void> {
    for (const result of results) this.waiting.push(result)
    this.wakeReader?.()
    while (this.waiting.length > WAITING_MAX && !this.ended) {
      await new Promise<void>(resolve => {
        this.writers.push(resolve)
      })
    }
  }

  /** Nothing more comes; what waits is still handed out, then the error (if any) is thrown. */
  end(error?: unknown): void {
    if (this.ended) return
    this.ended = true
    this.error = error
    this.wakeReader?.()
    this.wakeWriters()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ResultRecord> {
    for (;;) {
      const batch = this.waiting
      this.waiting = []
      this.wakeWriters()
      yield* batch
      if (this.waiting.length > 0) continue
      if (this.ended) break
      await new Promise<void>(resolve => {
        this.wakeReader = resolve
      })
    }
    if (this.error !== undefined) throw this.error
  }
  private wakeWriters(): void {
    const { writers } = this
    this.writers = []
    for (const wake of writers) wake()
  }
}
