import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Random } from '../../src/core/random.ts'
import { AlignmentModel, SKEW_MS, TICK_MS } from './alignment-model.ts'

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 })
/** As long as a clock of the slowest may be under way to who hears of it. */
const STALE_MS = 10_000
/** Longer than anything is under way, and than nobody owns a partition that was somebody's. */
const PATIENCE_MS = 60_000

test('every partition is read to its end, whoever dies or stands still', () => {
  fc.assert(
    fc.property(seeds, seed => {
      const model = new AlignmentModel({ random: new Random(seed), disturbed: true })
      let movedAt = 0
      while (!model.isRead) {
        if (model.tick().moved.size > 0) movedAt = model.nowMs
        assert.ok(model.nowMs - movedAt <= PATIENCE_MS, `nobody reads at ${model.nowMs}`)
        if (model.nowMs > 3_600_000) break
      }
    }),
    { numRuns: 60 }
  )
})

test('nobody leads by more than the skew, or twice what the others have done while it was under way', () => {
  fc.assert(
    fc.property(seeds, seed => {
      const model = new AlignmentModel({ random: new Random(seed), disturbed: false })
      const { parts } = model
      const stale = Math.ceil((STALE_MS + 2 * model.commitMs) / TICK_MS)
      const past: number[][] = []
      let knownFor = 0
      /** The most that those who are not of its owner have ever done in that time, by partition. */
      const ran = parts.map(() => 0)
      while (!model.isRead && past.length < 3_000) {
        const before = parts.map(part => model.clock(part))
        const { moved } = model.tick()
        const low = model.low()
        const others = parts.map(part => model.low(part))
        past.push(others)
        knownFor = low === Number.NEGATIVE_INFINITY ? 0 : knownFor + 1
        const then = past.at(-stale)
        if (!then) continue
        for (const [index, part] of parts.entries()) {
          const way = others[index]! - then[index]!
          if (Number.isFinite(way)) ran[index] = Math.max(ran[index]!, way)
          // What has no clock waits for nobody, and while somebody has none nobody is compared.
          const known = Number.isFinite(low) && Number.isFinite(before[index]) && knownFor > stale
          if (!moved.has(part) || !known) continue
          const lead = model.clock(part) - low
          const bound = Math.max(SKEW_MS, 2 * ran[index]!) + model.clock(part) - before[index]!
          assert.ok(lead <= bound, `${lead / SKEW_MS} skews at ${model.nowMs}`)
        }
      }
    }),
    { numRuns: 100 }
  )
})

test('a replay by equal instances takes hardly longer than without waiting for each other', () => {
  const even = { partitions: 8, frames: 1_000_000, speeds: [8_000, 8_000] }
  const model = new AlignmentModel({ random: new Random(1), disturbed: false, even })
  while (!model.isRead) model.tick()
  // Two years in 50 s: what is heard is a month old.
  const alone = (even.frames * 4 * TICK_MS) / 8_000
  assert.ok(model.nowMs <= alone * 1.15, `${model.nowMs} ms instead of ${alone}`)
})

test('whoever has the slowest partition reads it as fast as if there were no others', () => {
  const even = { partitions: 2, frames: 500_000, speeds: [2_000, 20_000] }
  const model = new AlignmentModel({ random: new Random(1), disturbed: false, even })
  while (!model.isRead) model.tick()
  const alone = (even.frames * TICK_MS) / 2_000
  assert.ok(model.nowMs <= alone * 1.05, `${model.nowMs} ms instead of ${alone}`)
})
