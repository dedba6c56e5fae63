import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Combiner, type Flush } from '../../src/combine/combiner.ts'
import { createExtractor } from '../../src/extract/create.ts'
import type { FrameSource } from '../../src/port/source.ts'
import { Intake } from '../../src/runtime/intake.ts'
import { WindowPlan } from '../../src/window/plan.ts'

export interface SourceUnderTest {
  readonly source: FrameSource
  /** The numbers that it calls its partitions by, in the order of the frames' lists. */
  readonly slots: readonly number[]
  readonly close: () => Promise<void>
}

/** Offers a source that holds these frames, partition by partition. */
export type OpenSource = (partitions: readonly (readonly string[])[]) => Promise<SourceUnderTest>

const START = 1_468_244_400

function frames(count: number, from: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    JSON.stringify({ ts: START + ((from + i) % 60), uid: `u${from + i}` })
  )
}

/** Reads from the given positions until every partition has the wanted number of frames. */
async function readAll(
  source: FrameSource,
  slots: readonly number[],
  from: readonly number[],
  to: readonly number[]
): Promise<Flush[]> {
  const extractor = createExtractor({ key: 'uid', time: 'ts' })
  const plan = new WindowPlan({ sizes: ['1m'] })
  const positions = new Map(from.map((position, partition) => [slots[partition]!, position]))
  const combiners = new Map(
    from.map((position, partition) => {
      const sketch = { sketch: 'exact', precision: 14, waitMs: 5_000, plan } as const
      // The records' own times are the test's: no witnesses.
      const place = { source: 'under test', partition, partitions: from.length }
      const options = { ...place, ...sketch, trustRecordTime: false }
      return [slots[partition]!, new Combiner(options, extractor.groups, position)]
    })
  )
  const intake = new Intake(
    extractor,
    combiners,
    new Map(),
    () => 0,
    () => {}
  )
  await source.open(positions)
  const behind = () => [...combiners.values()].some(({ position }, index) => position < to[index]!)
  while (behind() && (await source.poll(intake, 1_000)));
  return [...combiners.values()].map(combiner => combiner.flush('behind'))
}

function users(flush: Flush): number {
  return flush.partials.reduce((sum, { sketch }) => sum + sketch!.estimate(0.95).value, 0)
}

/** What every `Source` promises: each frame once and in order, from whatever position. */
export function sourceConformance(name: string, partitions: 1 | 3, open: OpenSource): void {
  const script = Array.from({ length: partitions }, (_, index) =>
    frames(index === 2 ? 0 : 500 + index * 700, index * 10_000)
  )
  const ends = script.map(({ length }) => length)

  test(`${name}: hands over each frame of each partition once`, async () => {
    const { source, slots, close } = await open(script)
    try {
      assert.equal(slots.length, partitions)
      const flushes = await readAll(
        source,
        slots,
        ends.map(() => 0),
        ends
      )
      assert.deepEqual(
        flushes.map(({ mark }) => [mark.range.from, mark.range.to, mark.accounting.counted]),
        ends.map(end => [0, end, end])
      )
      assert.deepEqual(flushes.map(users), ends)
    } finally {
      await source.close()
      await close()
    }
  })

  test(`${name}: goes on from a position in the middle`, async () => {
    const { source, slots, close } = await open(script)
    try {
      const from = ends.map(end => Math.floor(end / 3))
      const flushes = await readAll(source, slots, from, ends)
      assert.deepEqual(
        flushes.map(flush => [flush.mark.range.to, users(flush)]),
        ends.map((end, index) => [end, end - from[index]!])
      )
    } finally {
      await source.close()
      await close()
    }
  })
}
