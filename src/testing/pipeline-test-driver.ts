import { Combiner } from '../combine/combiner.ts'
import { decodeMark, encodeMark, type MarkState } from '../combine/mark.ts'
import { decodePartial, encodePartial } from '../combine/partial.ts'
import { text, utf8 } from '../core/bytes.ts'
import type { Reject } from '../core/reject.ts'
import { createExtractor } from '../extract/create.ts'
import type { Extractor } from '../extract/extractor.ts'
import { Merger } from '../merge/merger.ts'
import type { ProvisionalPace } from '../merge/pacing.ts'
import { LatestResults } from '../result/latest-results.ts'
import type { ResultRecord } from '../result/result-record.ts'
import { sketchChunks } from '../sketch/chunks.ts'
import type { Confidence, SketchKind } from '../sketch/sketch.ts'
import { WindowPlan } from '../window/plan.ts'
import { parseSizes } from '../window/size.ts'
import { SimClock } from './sim-clock.ts'

export interface DriverOptions {
  readonly key: string
  readonly time: string
  readonly windows: readonly string[]
  /** Input partitions, 1 unless said. */
  readonly partitions?: number
  readonly sketch?: SketchKind
  readonly precision?: number
  readonly confidence?: Confidence
  readonly waitMs?: number
  readonly provisional?: ProvisionalPace
}

const SOURCE = 'driver'

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
  private readonly options: Required<DriverOptions>
  private readonly plan: WindowPlan
  private readonly extractor: Extractor
  private readonly combiners: Combiner[]
  private readonly changelog = new Map<string, Uint8Array>()
  private merger: Merger
  private position = 0

  constructor(options: DriverOptions) {
    this.options = {
      partitions: 1,
      sketch: 'adaptive',
      precision: 14,
      confidence: 0.95,
      waitMs: 5_000,
      provisional: 'paced',
      ...options
    }
    this.plan = new WindowPlan(parseSizes(options.windows))
    this.extractor = createExtractor(options)
    this.combiners = Array.from({ length: this.options.partitions }, (_, partition) =>
      this.combiner(partition)
    )
    this.merger = this.createMerger()
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
      for (const bytes of encodePartial(partial, sketchChunks(partial.sketch))) {
        this.merger.takePartial(decodePartial(bytes))
        this.position++
      }
    }
    this.merger.takeMark(decodeMark(encodeMark(mark, true)), this.clock.now())
    this.position++
  }

  /** Stage 2 commits; returns what it said. With `sayAll` the pace of large windows is ignored. */
  commit(sayAll = false): ResultRecord[] {
    const said: ResultRecord[] = []
    for (;;) {
      const { position } = this
      const commit = this.merger.commit({ nowMs: this.clock.now(), position, sayAll })
      if (!commit) break
      for (const { key, value } of commit.state) {
        if (value) this.changelog.set(text(key), value)
        else this.changelog.delete(text(key))
      }
      said.push(...commit.results)
      if (!commit.more) break
    }
    this.results.push(...said)
    for (const result of said) this.latest.take(result)
    return said
  }

  /** The input ends: what was piped is flushed, and everything closes. */
  end(): ResultRecord[] {
    for (const [partition, combiner] of this.combiners.entries()) {
      if (combiner.hasNews('behind')) this.flush(partition)
    }
    this.merger.end()
    return this.commit()
  }

  /** Stage 2 stops and another instance restores its state from the changelog. */
  restart(): void {
    this.merger = this.createMerger()
    const restore = this.merger.restore()
    for (const [key, value] of this.changelog) restore.take(utf8(key), value)
    restore.finish(this.clock.now())
  }

  /** W2 in ms. */
  get watermark(): number {
    return this.merger.watermark.value
  }

  private combiner(partition: number): Combiner {
    const { partitions, sketch, precision, waitMs } = this.options
    const { mask } = this.plan
    const options = { source: SOURCE, partition, partitions, sketch, precision, waitMs, mask }
    return new Combiner(options, 0)
  }

  private createMerger(): Merger {
    const { sketch, precision, confidence, waitMs, provisional } = this.options
    const { plan } = this
    const sources = [SOURCE]
    const stored = true
    return new Merger({
      plan,
      sketch,
      precision,
      confidence,
      waitMs,
      provisional,
      sources,
      stored
    })
  }
}
