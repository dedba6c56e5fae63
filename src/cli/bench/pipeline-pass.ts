import { Accounting } from '../../combine/accounting.ts'
import { Combiner, type Flush } from '../../combine/combiner.ts'
import { limits } from '../../core/limits.ts'
import { COUNTED, FILTERED } from '../../extract/columns.ts'
import type { Merger } from '../../merge/merger.ts'
import type { StateCache } from '../../port/state-cache.ts'
import type { ResultRecord } from '../../result/result-record.ts'
import { createMerger } from '../../runtime/count-run.ts'
import type { CountSettings } from '../../runtime/settings.ts'
import { PartitionClock } from '../../window/partition-clock.ts'
import type { Extracted } from './extraction.ts'
import type { Note } from './rounds.ts'
import type { Stopwatch } from './stopwatch.ts'

export interface PipelineParts {
  readonly extracted: readonly Extracted[]
  readonly partitions: number
  readonly settings: CountSettings
  readonly openStateCache: () => StateCache
  readonly nowMs: () => number
  /** CPU time so far, µs. */
  readonly cpu: Stopwatch
}

/** What a pass came to, for comparison with a whole count. */
export interface PipelineAnswer {
  readonly accounting: Accounting
  readonly flushes: number
  readonly partials: number
  readonly results: number
}

const SOURCE = 'sample'
/** Calls between two looks at the memory of the sketches, about as many as a read brings. */
const LOOK_EVERY = 64

/** Where each frame's time puts the clock of its partition: the combiner's way, and nothing else of it. */
export function clockPass({ extracted, partitions, settings }: PipelineParts): void {
  const { trustRecordTime } = settings
  const clocks = Array.from({ length: partitions }, () => new PartitionClock(settings))
  for (const { partition, columns } of extracted) {
    const clock = clocks[partition]!
    const { count, verdict, time, recordTime, h1lo, offset } = columns
    for (let row = 0; row < count; row++) {
      row = clock.observeRows(columns, trustRecordTime, row, count)
      if (row === count) break
      const code = verdict[row]!
      if (code !== COUNTED && (code !== FILTERED || Number.isNaN(time[row]!))) continue
      const record = trustRecordTime ? recordTime[row]! : Number.NaN
      const appended = trustRecordTime && columns.logAppendTime
      clock.observe(time[row]!, record, appended, h1lo[row]!, offset[row]!)
    }
  }
}

/**
 * Columns to results: the real combiners and the real merger, handed over in memory. It notes the time of
 * `combine` (clock, panes and sketches, flush), `merge` (partials and marks taken) and `emit` (windows closed
 * and united, estimates, lines). `onResult` hears every result.
 */
export function pipelinePass(
  parts: PipelineParts,
  note: Note,
  onResult: (record: ResultRecord) => void = () => {}
): PipelineAnswer {
  const cache = parts.openStateCache()
  try {
    return new PipelinePass(parts, cache, note, onResult).run()
  } finally {
    cache.close()
  }
}

class PipelinePass {
  private readonly parts: PipelineParts
  private readonly note: Note
  private readonly onResult: (record: ResultRecord) => void
  private readonly merger: Merger
  private readonly combiners: readonly Combiner[]
  private groups: readonly string[] = []
  private readonly accounting = new Accounting()
  private readonly counts = { flushes: 0, partials: 0, results: 0 }

  constructor(
    parts: PipelineParts,
    cache: StateCache,
    note: Note,
    onResult: (record: ResultRecord) => void
  ) {
    const { settings, partitions } = parts
    this.parts = parts
    this.note = note
    this.onResult = onResult
    const merging = { settings, sources: [SOURCE], partition: 0, tasks: 1, stored: false }
    this.merger = createMerger(merging, cache)
    const names = { text: (id: number) => this.groups[id]! }
    this.combiners = Array.from({ length: partitions }, (_, partition) => {
      const options = { ...settings, source: SOURCE, partition, partitions }
      return new Combiner(options, names, 0)
    })
  }

  run(): PipelineAnswer {
    const { extracted, cpu } = this.parts
    let started = cpu()
    for (const [index, taken] of extracted.entries()) {
      const { partition, columns, bytes, position, groups } = taken
      if (groups !== this.groups) {
        if (this.groups.length > 0) started = this.flush(started, false)
        this.groups = groups
      }
      const combiner = this.combiners[partition]!
      combiner.take(columns, bytes)
      combiner.advance(position)
      const full = combiner.full || (index % LOOK_EVERY === 0 && this.isHeavy)
      if (full) started = this.flush(started, false)
    }
    for (const combiner of this.combiners) combiner.end()
    this.flush(started, true)
    return { ...this.counts, accounting: this.accounting }
  }

  private get isHeavy(): boolean {
    let bytes = 0
    for (const each of this.combiners) bytes += each.memoryBytes
    return bytes > limits.partialsPerFlushBytesMax
  }

  /** Flush, merge, say. Returns when combining goes on. */
  private flush(started: number, last: boolean): number {
    const { cpu } = this.parts
    const state = last ? 'at-end' : 'behind'
    const flushes = this.combiners.map(combiner => combiner.flush(state))
    const flushed = cpu()
    this.note('combine', flushed - started)
    this.merge(flushes)
    const merged = cpu()
    this.note('merge', merged - flushed)
    if (last) this.merger.end()
    if (last || this.merger.full) this.say(last)
    const said = cpu()
    this.note('emit', said - merged)
    return said
  }

  private merge(flushes: readonly Flush[]): void {
    const { merger, accounting, counts } = this
    for (const { partials, mark } of flushes) {
      for (const partial of partials) merger.takePartial(partial)
      merger.takeMark(mark, this.parts.nowMs())
      accounting.add(mark.accounting)
      counts.partials += partials.length
    }
    counts.flushes++
  }

  private say(last: boolean): void {
    const { merger, counts, onResult } = this
    for (let more = true; more; ) {
      const commit = merger.commit({ nowMs: this.parts.nowMs(), position: 0, sayAll: last })
      more = commit?.more ?? false
      for (const { record } of commit?.results ?? []) {
        lineOf(record)
        onResult(record)
        counts.results++
      }
    }
  }
}

/** A result as `count` writes it. */
export function lineOf(record: ResultRecord): string {
  return `${JSON.stringify(record)}\n`
}
