import assert from 'node:assert/strict'
import { decodeMark, MARK_TYPE } from '../../src/combine/mark.ts'
import type { LogReader } from '../../src/port/log.ts'

/** Measures how long the flushes of an input partition fail to come, by the marks on partials 0. */
export class SilenceWatch {
  private readonly reader: LogReader
  private readonly heardAt = new Map<number, number>()
  private longest = 0

  constructor(reader: LogReader) {
    this.reader = reader
  }

  /** Resolves when frames of this many partitions have come. Throws when that takes longer. */
  async heard(partitions: number, limitMs: number): Promise<void> {
    const until = performance.now() + limitMs
    while (this.heardAt.size < partitions) {
      const heard = [...this.heardAt.keys()].join(', ')
      assert.ok(performance.now() < until, `of ${partitions} partitions only ${heard} are flushed`)
      await this.listen()
    }
  }

  close(): Promise<void> {
    return this.reader.close()
  }

  /** The longest silence of any partition in ms, from now on for so long. */
  async silence(forMs: number): Promise<number> {
    await this.listen()
    const begun = performance.now()
    for (const partition of this.heardAt.keys()) this.heardAt.set(partition, begun)
    this.longest = 0
    while (performance.now() < begun + forMs) await this.listen()
    const now = performance.now()
    for (const at of this.heardAt.values()) this.longest = Math.max(this.longest, now - at)
    return Math.round(this.longest)
  }

  private async listen(): Promise<void> {
    for (const { value } of await this.reader.poll(100)) {
      if (value?.[0] !== MARK_TYPE) continue
      const { range } = decodeMark(value)
      if (range.to === range.from) continue
      const now = performance.now()
      this.longest = Math.max(this.longest, now - (this.heardAt.get(range.partition) ?? now))
      this.heardAt.set(range.partition, now)
    }
  }
}
