import { assert } from '../core/assert.ts'
import { failure } from '../core/errors.ts'
import type { Clock } from '../port/clock.ts'
import type { AppLog, InRecord, LogName, LogReader, OutRecord } from '../port/log.ts'

const POLL_RECORDS_MAX = 500

interface Partition {
  start: number
  readonly records: OutRecord[]
}

/** The topics of an app in memory: they outlive the log instances that write to them. */
export class MemoryTopics {
  private readonly logs: ReadonlyMap<string, readonly Partition[]>
  private readonly waiting = new Set<() => void>()

  constructor(partitions: Readonly<Record<LogName, number>>) {
    this.logs = new Map(
      Object.entries(partitions).map(([log, count]) => [
        log,
        Array.from({ length: count }, () => ({ start: 0, records: [] }))
      ])
    )
  }

  partitions(log: LogName): readonly Partition[] {
    return this.logs.get(log) ?? []
  }

  partition(log: LogName, index: number): Partition {
    const found = this.partitions(log)[index]
    assert(found !== undefined, `${log} has a partition ${index}`)
    return found
  }

  store(log: LogName, index: number, records: readonly OutRecord[]): void {
    const stored = this.partition(log, index).records
    for (const record of records) stored.push(copy(record))
    this.changed()
  }

  /** Calls the listener whenever records are stored, until the function it returns is called. */
  onChange(listener: () => void): () => void {
    this.waiting.add(listener)
    return () => this.waiting.delete(listener)
  }

  private changed(): void {
    for (const listener of [...this.waiting]) listener()
  }
}

/**
 * An `AppLog` in memory, deterministic: no time passes except in a `poll` that waits. Nothing is
 * compacted. `crash` is kill -9: what was stored stays in the topics, this instance is dead.
 */
export class MemoryLog implements AppLog {
  private readonly topics: MemoryTopics
  private readonly clock: Clock
  private readonly readers = new Set<MemoryReader>()
  private dead = false

  constructor(topics: MemoryTopics, clock: Clock) {
    this.topics = topics
    this.clock = clock
  }

  partitions(log: LogName): number {
    return this.topics.partitions(log).length
  }

  async read(log: LogName, partition: number, from: number | 'start'): Promise<LogReader> {
    this.alive()
    const { start } = this.topics.partition(log, partition)
    const reader = new MemoryReader(
      this.topics,
      { log, partition },
      from === 'start' ? start : from,
      this.clock
    )
    this.readers.add(reader)
    return reader
  }

  async bounds(log: LogName, partition: number): Promise<{ start: number; end: number }> {
    this.alive()
    const { start, records } = this.topics.partition(log, partition)
    return { start, end: records.length }
  }

  async deleteBefore(log: LogName, partition: number, offset: number): Promise<void> {
    this.alive()
    const found = this.topics.partition(log, partition)
    assert(offset <= found.records.length, 'only what was written can be deleted')
    found.start = Math.max(found.start, offset)
  }

  async close(): Promise<void> {
    for (const reader of this.readers) await reader.close()
  }

  /** From now on every call fails, also those that wait. */
  crash(): void {
    this.dead = true
    for (const reader of this.readers) reader.crash()
  }

  private alive(): void {
    if (this.dead) throw unreachable('the instance crashed')
  }
}

class MemoryReader implements LogReader {
  private readonly topics: MemoryTopics
  private readonly place: { readonly log: LogName; readonly partition: number }
  private readonly clock: Clock
  private next: number
  private waking: AbortController | undefined
  private ended: 'closed' | 'crashed' | undefined

  constructor(
    topics: MemoryTopics,
    place: { readonly log: LogName; readonly partition: number },
    from: number,
    clock: Clock
  ) {
    this.topics = topics
    this.place = place
    this.next = from
    this.clock = clock
  }

  get position(): number {
    return this.next
  }

  async poll(waitMs: number): Promise<readonly InRecord[]> {
    const found = this.take()
    if (found.length > 0 || waitMs <= 0) return found
    const waking = new AbortController()
    this.waking = waking
    const forget = this.topics.onChange(() => {
      if (this.behind) waking.abort()
    })
    await this.clock.sleep(waitMs, waking.signal)
    forget()
    return this.take()
  }

  wake(): void {
    this.waking?.abort()
  }

  async close(): Promise<void> {
    this.ended ??= 'closed'
    this.wake()
  }

  crash(): void {
    this.ended = 'crashed'
    this.wake()
  }

  private get behind(): boolean {
    const { log, partition } = this.place
    return this.next < this.topics.partition(log, partition).records.length
  }

  private take(): readonly InRecord[] {
    if (this.ended === 'crashed') throw unreachable('the instance crashed')
    if (this.ended === 'closed') throw failure('interrupted', { state: 'the reader was closed' })
    const { log, partition } = this.place
    const { start, records } = this.topics.partition(log, partition)
    if (this.next < start || this.next > records.length) {
      const lost = Math.max(0, start - this.next)
      const span = { offset: this.next, start, end: records.length, lost }
      throw failure('offset-gone', { topic: log, partition, ...span })
    }
    const first = this.next
    const taken = records.slice(first, first + POLL_RECORDS_MAX)
    this.next += taken.length
    return taken.map((record, i) => ({ offset: first + i, ...copy(record) }))
  }
}

function copy({ key, value }: OutRecord): OutRecord {
  // Not `slice`: that of a Buffer is a view.
  return { key: key && new Uint8Array(key), value: value && new Uint8Array(value) }
}

function unreachable(problem: string): Error {
  return failure('broker-unreachable', { address: 'memory', problem })
}
