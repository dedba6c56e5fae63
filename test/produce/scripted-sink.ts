import type { Reject } from '../../src/core/reject.ts'
import type { FrameSink, LineRules, RejectSink, SentLines } from '../../src/port/sink.ts'

/** A sink in memory: it acks when the script says so, and ends when it says so. */
export class ScriptedSink implements FrameSink {
  readonly topic = 'frames'
  rules: LineRules = {}
  batchBytesMax = 10_000
  acked = 0
  capacity = Number.POSITIVE_INFINITY
  readonly sent: { key: string | null; value: string; time: number }[] = []
  private asked = 0
  private ended: Error | undefined
  private waiting = Promise.withResolvers<void>()

  get full(): boolean {
    return this.sent.length - this.acked >= this.capacity
  }

  partitionFor(): number {
    return 0
  }

  send(_partition: number, key: Uint8Array | null, value: Uint8Array, time: number): void {
    if (this.ended) throw this.ended
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
    this.sent.push({ key: key && text(key), value: text(value), time })
  }

  /** As a sink does that takes lines as a whole; every other time, and by other rules, it takes none. */
  sendLines(bytes: Uint8Array, start: number, end: number, time: number): SentLines {
    this.asked++
    let at = start
    let frames = 0
    for (;;) {
      const isPlain = this.rules.keyField === undefined && this.rules.check !== 'whole'
      const newline = isPlain && this.asked % 2 === 0 ? bytes.indexOf(0x0a, at) : -1
      if (newline === -1 || newline >= end) break
      if (bytes[at] !== 0x7b || newline - at < 2 || bytes[newline - 1] !== 0x7d) break
      if (newline - at > this.batchBytesMax - 90) break
      this.send(0, null, bytes.subarray(at, newline), time)
      frames++
      at = newline + 1
    }
    return { end: at, frames }
  }

  async ready(): Promise<void> {
    while (this.full) await this.waiting.promise
    if (this.ended) throw this.ended
  }

  async flush(): Promise<void> {
    while (this.acked < this.sent.length && !this.ended) await this.waiting.promise
    if (this.ended) throw this.ended
  }

  ackedThrough(): number {
    return this.acked
  }

  ack(through = this.sent.length): void {
    this.acked = through
    this.changed()
  }

  end(error: Error): void {
    this.ended = error
    this.changed()
  }

  /** Every send is acked as it comes. */
  eager(): this {
    Object.defineProperty(this, 'acked', { get: () => this.sent.length, set() {} })
    return this
  }

  private changed(): void {
    this.waiting.resolve()
    this.waiting = Promise.withResolvers()
  }
}

export class RejectList implements RejectSink {
  readonly kept: [line: number, reason: string, frame: string][] = []

  keep({ offset, reason, bytes }: Reject): void {
    this.kept.push([offset, reason, Buffer.from(bytes).toString()])
  }
}
