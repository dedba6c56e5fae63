import { limits } from '../../core/limits.ts'
import type { Source, Taker } from '../../port/source.ts'
import type { StateCache } from '../../port/state-cache.ts'
import type { ResultRecord } from '../../result/result-record.ts'
import { type CountOptions, type CountPorts, startCount } from '../../runtime/count.ts'
import type { RunReport } from '../../runtime/report.ts'
import { lineOf } from './pipeline-pass.ts'
import type { LineSample } from './sample.ts'

export interface WholeCountParts {
  readonly source: Source
  readonly counting: Omit<CountOptions, 'source'>
  readonly clock: CountPorts['clock']
  readonly openStateCache: () => StateCache
  readonly signal: AbortSignal
}

/**
 * A count of the sample as `count` would make it of files: its own loops and flushes, in memory, results as lines.
 */
export async function wholeCount(
  { source, counting, clock, openStateCache, signal }: WholeCountParts,
  onResult: (record: ResultRecord) => void = () => {}
): Promise<RunReport> {
  const options = { ...counting, source, provisional: 'at-stop', signal } as const
  const run = startCount(options, { clock, openStateCache })
  for await (const record of run) {
    lineOf(record)
    onResult(record)
  }
  return run.report
}

/** Whatever hands over a piece of the sample at each call: false when it was the last one. */
export type HandOver = (taker: Taker) => boolean

/** A sample as a source that is read from its beginning. */
export function sampleSource(partitions: number, begin: () => HandOver): Source {
  let handOver = begin()
  return {
    name: 'the sample',
    id: 'sample',
    partitions,
    bounded: true,
    async open() {
      handOver = begin()
    },
    async poll(taker) {
      return handOver(taker)
    },
    wake() {},
    async close() {}
  }
}

/** Lines in pieces as large as what is read of a file at once. */
export function lineSource({ bytes }: LineSample): Source {
  return sampleSource(1, () => {
    let at = 0
    let end = 0
    return taker => {
      end = Math.min(bytes.length, end + limits.readBytes)
      const last = end === bytes.length
      at += taker.lines(0, bytes, at, end, last)
      taker.progress(0, { position: taker.nextLine(0), end: -1, atEnd: last })
      return !last
    }
  })
}
