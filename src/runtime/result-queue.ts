import type { ResultRecord } from '../result/result-record.ts'

const WAITING_MAX = 10_000

/**
 * Results on their way from the loops to whoever iterates. Bounded: a slow reader holds stage 2
 * back, it never grows a list.
 */
export class ResultQueue implements AsyncIterable<ResultRecord> {
  private waiting: ResultRecord[] = []
  private ended = false
  private error: unknown
  private wakeReader: (() => void) | undefined
  private wakeWriter: (() => void) | undefined

  /** Resolves when there is room again. */
  async push(results: readonly ResultRecord[]): Promise<void> {
    for (const result of results) this.waiting.push(result)
    this.wakeReader?.()
    while (this.waiting.length > WAITING_MAX && !this.ended) {
      await new Promise<void>(resolve => {
        this.wakeWriter = resolve
      })
    }
  }

  /** Nothing more comes; what waits is still handed out, then the error (if any) is thrown. */
  end(error?: unknown): void {
    if (this.ended) return
    this.ended = true
    this.error = error
    this.wakeReader?.()
    this.wakeWriter?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ResultRecord> {
    for (;;) {
      const batch = this.waiting
      this.waiting = []
      this.wakeWriter?.()
      yield* batch
      if (this.waiting.length > 0) continue
      if (this.ended) break
      await new Promise<void>(resolve => {
        this.wakeReader = resolve
      })
    }
    if (this.error !== undefined) throw this.error
  }
}
