import { Combiner } from '../combine/combiner.ts'
import { partitionOfGroup } from '../combine/group.ts'
import { decodeMark, encodeMark, type MarkState } from '../combine/mark.ts'
import { decodePartial, encodePartial } from '../combine/partial.ts'
import { text, utf8 } from '../core/bytes.ts'
import type { Reject } from '../core/reject.ts'
import { createExtractor } from '../extract/create.ts'
import type { Extractor } from '../extract/extractor.ts'
import { MemoryCache } from '../merge/memory-cache.ts'
import type { Merger } from '../merge/merger.ts'
import { LatestResults } from '../result/latest-results.ts'
import type { ResultRecord } from '../result/result-record.ts'
import { type CountOptions, countSettings } from '../runtime/count.ts'
import { createMerger } from '../runtime/count-run.ts'
import type { CountSettings } from '../runtime/settings.ts'
import { SimClock } from './sim-clock.ts'

/** What to count, as for a real run, and over how many partitions. */
export interface DriverOptions extends Omit<CountOptions, 'source' | 'rejects' | 'signal'> {
  /** Input partitions, 1 unless said. */
  readonly partitions?: number
  /** Tasks of stage 2, each with its groups; 1 unless said. */
  readonly tasks?: number
}

const SOURCE = 'driver'

/** One stage-2 task with all that survives it. */
interface Task {
  merger: Merger
  readonly changelog: Map<string, Uint8Array>
  position: number
}

/**
 * The real two stages without a broker: script frames in, move a virtual clock, read results out.
 * Everything between the stages and into the changelog goes through its bytes, as over Kafka.
 */
export class PipelineTestDriver {
  readonly clock: SimClock = new SimClock(Date.UTC(2026, 0, 1))
  /** Newest record of each window, as a compacted results topic would hold them. */
  readonly latest: LatestResults = new LatestResults()
  /** Every result ever said, in order. */
  readonly results: ResultRecord[] = []
  readonly rejects: Reject[] = []
  private readonly options: DriverOptions
  private settings: CountSettings
  private readonly extractor: Extractor
  private readonly combiners: Combiner[]
  private readonly tasks: Task[]

  constructor(options: DriverOptions) {
    const { partitions = 1, tasks = 1 } = options
    this.options = options
    this.settings = countSettings(options)
    this.extractor = createExtractor({ ...this.settings.fields, groupPartitions: tasks })
    this.combiners = Array.from({ length: partitions }, (_, partition) =>
      this.combiner(partition, partitions)
    )
    this.tasks = Array.from({ length: tasks }, (_, partition) => ({
      merger: this.merger(partition, tasks),
      changelog: new Map<string, Uint8Array>(),
      position: 0
    }))
  }

  /** Frames into one partition: objects, or lines as they are. */
  pipe(frames: readonly (string | object)[], partition = 0): void {
    const lines = frames.map(frame => (typeof frame === 'string' ? frame : JSON.stringify(frame)))
    const bytes = utf8(`${lines.join('\n')}\n`)
    const combiner = this.combiners[partition]!
    this.extractor.nextLine = combiner.position
    for (let at = 0; at < bytes.length; ) {
      at = this.extractor.lines(bytes, at, bytes.length, true)
      combiner.take(this.extractor.columns, bytes)
      combiner.advance(this.extractor.nextLine)
    }
  }

  /** Stage 1 flushes a partition: partials, then the mark, go over as bytes. */
  flush(partition = 0, state: MarkState = 'behind'): void {
    const { partials, mark, rejects } = this.combiners[partition]!.flush(state)
    this.rejects.push(...rejects)
    for (const partial of partials) {
      const task = this.tasks[partitionOfGroup(partial.group, this.tasks.length)]!
      for (const bytes of encodePartial(partial)) {
        task.merger.takePartial(decodePartial(bytes))
        task.position++
      }
    }
    for (const task of this.tasks) {
      task.merger.takeMark(decodeMark(encodeMark(mark, true)), this.clock.now())
      task.position++
    }
  }

  /** Stage 2 commits; returns what it said. With `sayAll` the pace of large windows is ignored. */
  commit(sayAll = false): ResultRecord[] {
    const said: ResultRecord[] = []
    for (const task of this.tasks) {
      for (;;) {
        const { position } = task
        const commit = task.merger.commit({ nowMs: this.clock.now(), position, sayAll })
        if (!commit) break
        for (const { key, value } of commit.state) {
          if (value) task.changelog.set(text(key), value)
          else task.changelog.delete(text(key))
        }
        said.push(...commit.results.map(({ record }) => record))
        if (!commit.more) break
      }
    }
    this.results.push(...said)
    for (const result of said) this.latest.take(result)
    return said
  }

  /** The input ends: what was piped is flushed, and everything closes. */
  end(): ResultRecord[] {
    for (const [partition, combiner] of this.combiners.entries()) {
      combiner.end()
      if (combiner.hasNews('behind')) this.flush(partition)
    }
    for (const { merger } of this.tasks) merger.end()
    return this.commit()
  }

  /** Stage 2 stops and another instance restores its state from the changelog. */
  restart(): void {
    for (const [partition, task] of this.tasks.entries()) {
      task.merger = this.merger(partition, this.tasks.length)
      const restore = task.merger.restore()
      for (const [key, value] of task.changelog) restore.take(utf8(key), value)
      restore.finish(this.clock.now())
    }
  }

  /** The app is started again with more sizes than it began with: stage 2 goes on with them. */
  restartWith(windows: readonly string[]): void {
    const { plan } = countSettings({ ...this.options, windows })
    const begun = countSettings(this.options).plan.asked.map(({ name }) => name)
    this.settings = { ...this.settings, plan: plan.begunWith(begun) }
    this.restart()
  }

  /** W2 in ms: the least of the tasks'. */
  get watermark(): number {
    return Math.min(...this.tasks.map(({ merger }) => merger.watermark.value))
  }

  private combiner(partition: number, partitions: number): Combiner {
    return new Combiner(
      { ...this.settings, source: SOURCE, partition, partitions },
      this.extractor.groups,
      0
    )
  }

  private merger(partition: number, tasks: number): Merger {
    const { settings } = this
    const parts = { settings, sources: [SOURCE], partition, tasks, stored: true }
    return createMerger(parts, new MemoryCache())
  }
}
