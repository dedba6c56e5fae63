import type { LineSample, Sample } from '../../../src/cli/bench/sample.ts'
import type { BenchParts } from '../../../src/cli/bench/sample-bench.ts'
import type { Stopwatch } from '../../../src/cli/bench/stopwatch.ts'
import { MemoryCache } from '../../../src/merge/memory-cache.ts'
import { SimClock } from '../../../src/testing/index.ts'

/** Each look is a second later: one pass of each sort is enough. */
export function tickingStopwatch(): Stopwatch {
  let microseconds = 0
  return () => {
    microseconds += 1e6
    return microseconds
  }
}

export function linesOf(text: string): LineSample {
  return { kind: 'lines', name: 'lines', bytes: Buffer.from(text) }
}

/** A bench whose clocks stand still, or tick with every look. */
export function benchOf(
  sample: Sample,
  counting: Partial<BenchParts['counting']> = {}
): BenchParts {
  return {
    sample,
    counting: { key: 'uid', windows: ['1m'], ...counting },
    clock: new SimClock(1_700_000_000_000),
    stopwatch: tickingStopwatch(),
    openStateCache: () => new MemoryCache(),
    signal: new AbortController().signal,
    onLap: () => {}
  }
}
