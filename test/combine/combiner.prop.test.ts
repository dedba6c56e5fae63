import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Accounting } from '../../src/combine/accounting.ts'
import type { Flush } from '../../src/combine/combiner.ts'
import { BAD_JSON, COUNTED, FILTERED, TOMBSTONE } from '../../src/extract/columns.ts'
import { CombinerRun, DAY, HOUR, MINUTE, plain, type Row, START } from './combiner-run.ts'

/** Crowds and single frames, near and far, late and too late, filtered and damaged. */
const row: fc.Arbitrary<Row> = fc
  .record({
    time: fc.oneof(
      { weight: 12, arbitrary: fc.nat(5 * MINUTE) },
      { weight: 3, arbitrary: fc.integer({ min: 2 * HOUR, max: 4 * HOUR }) },
      { weight: 2, arbitrary: fc.integer({ min: 30 * DAY, max: 31 * DAY }) },
      { weight: 2, arbitrary: fc.integer({ min: -4 * DAY, max: 0 }) },
      { weight: 1, arbitrary: fc.constant(-8 * 366 * DAY) }
    ),
    user: fc.nat(12),
    group: fc.constantFrom('["a"]', '["b"]', '["c"]'),
    verdict: fc.oneof(
      { weight: 20, arbitrary: fc.constant(COUNTED) },
      { weight: 2, arbitrary: fc.constant(FILTERED) },
      { weight: 1, arbitrary: fc.constantFrom(TOMBSTONE, BAD_JSON) }
    ),
    trust: fc.boolean()
  })
  .map(({ time, trust, ...rest }) => ({
    ...rest,
    time: START + time,
    ...(trust ? { recordTime: START + 10 * MINUTE } : {})
  }))
const rows = fc.array(row, { maxLength: 260, size: 'max' })
const cuts = fc.array(fc.nat(260), { maxLength: 6 })

const options = { total: true, audit: 0.3 }

/** Reads the log with flushes at these offsets. */
function flushes(log: readonly Row[], at: readonly number[], run = new CombinerRun(log, options)) {
  const result: Flush[] = []
  const offsets = [...new Set(at.filter(offset => offset < log.length))].sort((l, r) => l - r)
  for (const offset of offsets) result.push(run.read(offset, 50).flush())
  result.push(run.read(log.length, 50).flush())
  return { result, run }
}

function sumsClose({ read, byVerdict, suspended, lost }: Accounting): void {
  assert.equal(
    read,
    byVerdict.reduce((all, frames) => all + frames, suspended + lost)
  )
}

test('whatever comes and wherever a flush cuts, every frame read is accounted for once', () => {
  fc.assert(
    fc.property(rows, cuts, (log, at) => {
      const { result, run } = flushes(log, at)
      const sum = new Accounting()
      for (const { mark, partials } of result) {
        sumsClose(mark.accounting)
        sum.add(mark.accounting)
        const counted = partials.filter(({ group }) => group === 'null')
        assert.equal(
          counted.reduce((frames, partial) => frames + partial.frames, 0),
          mark.accounting.counted
        )
      }
      assert.equal(sum.read, log.length)
      assert.equal(sum.suspended, run.combiner.suspendedCount)
      run.combiner.end()
      sum.add(run.flush().mark.accounting)
      sumsClose(sum)
      assert.deepEqual([sum.suspended, sum.lost], [0, 0])
    })
  )
})

test('where it is flushed changes no verdict', () => {
  fc.assert(
    fc.property(rows, cuts, (log, at) => {
      const cut = flushes(log, at)
      const whole = flushes(log, [])
      const sum = new Accounting()
      for (const { mark } of cut.result) sum.add(mark.accounting)
      assert.deepEqual(sum, whole.result[0]!.mark.accounting)
      assert.deepEqual(
        cut.result.flatMap(({ rejects }) => rejects),
        whole.result[0]!.rejects
      )
      assert.deepEqual(cut.result.at(-1)?.mark.clockState, whole.result[0]!.mark.clockState)
    })
  )
})

test('whoever takes over from the stored clock flushes what the one before would have', () => {
  fc.assert(
    fc.property(rows, cuts, (log, at) => {
      const ranOn = flushes(log, at).result
      let position = 0
      let clockState: Uint8Array | undefined
      const handedOver: Flush[] = []
      for (const { mark } of ranOn) {
        const from = clockState ? { position, clockState } : { position }
        const next = new CombinerRun(log, options, from)
        handedOver.push(next.read(mark.range.to, 7).flush())
        position = mark.range.to
        clockState = handedOver.at(-1)!.mark.clockState
      }
      // What a clockless partition has seen vouched is remembered by stage 2, not by the next owner.
      const bare = (flush: Flush) => plain({ ...flush, mark: { ...flush.mark, vouched: 0 } })
      assert.deepEqual(handedOver.map(bare), ranOn.map(bare))
    })
  )
})
