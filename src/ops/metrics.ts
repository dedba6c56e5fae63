import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { cumulative, type DurationMetric, metricTable, type PlainMetric } from './metric-table.ts'
import type { RunFigures } from './run-figures.ts'

const PREFIX = 'headcount_'

/** The metrics of a run as Prometheus text; the run is asked when they are. */
export class Metrics {
  readonly contentType: string = Registry.PROMETHEUS_CONTENT_TYPE
  private readonly registry = new Registry()
  private scrape: Promise<string> | undefined

  constructor(run: () => RunFigures) {
    for (const row of metricTable) {
      if (row.type === 'histogram') this.registry.registerMetric(new DurationHistogram(row, run))
      else this.add(row, run)
    }
  }

  /** Scrapes at the same time share one text. */
  text(): Promise<string> {
    this.scrape ??= this.registry.metrics().finally(() => {
      this.scrape = undefined
    })
    return this.scrape
  }

  private add(row: PlainMetric, run: () => RunFigures): void {
    const configuration = {
      name: PREFIX + row.name,
      help: row.help,
      labelNames: [...row.labels],
      registers: [this.registry]
    }
    // The run counts; what was copied at the last scrape goes, with the partitions that went.
    if (row.type === 'counter') {
      new Counter({
        ...configuration,
        collect() {
          this.reset()
          for (const [labels, value] of row.read(run())) this.inc(labels, value)
        }
      })
    } else {
      new Gauge({
        ...configuration,
        collect() {
          this.reset()
          const samples = row.read(run())
          for (const [labels, value] of samples) this.set(labels, value)
          // A reset gauge without labels is 0, which is a claim.
          if (samples.length === 0 && row.labels.length === 0) this.remove()
        }
      })
    }
  }
}

/**
 * A histogram that somebody else keeps. prom-client asks for its values by `getForPromString`, which
 * its types don't name; a test of the whole text holds it to that.
 */
class DurationHistogram extends Histogram {
  private readonly row: DurationMetric
  private readonly run: () => RunFigures

  constructor(row: DurationMetric, run: () => RunFigures) {
    const name = PREFIX + row.name
    super({ name, help: row.help, registers: [] })
    this.row = row
    this.run = run
  }

  getForPromString(): Promise<object> {
    const { name, help, type } = this.row
    const durations = this.row.read(this.run())
    const value = (suffix: string, labels: object, number: number): object => ({
      metricName: `${PREFIX}${name}_${suffix}`,
      labels,
      sharedLabels: {},
      value: number
    })
    const values = [
      ...cumulative(durations).map(({ le, count }) => value('bucket', { le }, count)),
      value('sum', {}, durations.sum),
      value('count', {}, durations.count)
    ]
    return Promise.resolve({ name: PREFIX + name, help, type, values, aggregator: 'sum' })
  }
}
