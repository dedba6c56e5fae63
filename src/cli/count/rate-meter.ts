const SPAN_MS = 5_000

/** How fast a sum that began with 0 grows: over the last five seconds, or since the start. */
export class RateMeter {
  private readonly looks: { readonly at: number; readonly sum: number }[]

  constructor(startMs: number) {
    this.looks = [{ at: startMs, sum: 0 }]
  }

  /** Per second. */
  observe(nowMs: number, sum: number): number {
    this.looks.push({ at: nowMs, sum })
    while (this.looks.length > 2 && nowMs - this.looks[1]!.at >= SPAN_MS) this.looks.shift()
    const first = this.looks[0]!
    return nowMs > first.at ? ((sum - first.sum) * 1_000) / (nowMs - first.at) : 0
  }
}
