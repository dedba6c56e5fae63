import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Accounting } from '../../src/combine/accounting.ts'
import { MergerRun, setOf } from './merger-run.ts'

/** One flush of one user a frame, with the range that it says. */
function flush({ merger }: MergerRun, from: number, to: number): number | undefined {
  const range = { source: 's', partition: 0, from, to }
  const users = Array.from({ length: to - from }, (_, i) => from + i)
  const counted = { frames: to - from, late: 0, sketch: setOf(users), audit: undefined }
  merger.takePartial({ range, start: 0, group: 'null', mask: 1, ...counted })
  const clock = { clock: 0, vouched: 0, clockState: new Uint8Array(0) }
  const accounting = new Accounting()
  merger.takeMark({ range, partitions: 1, state: 'behind', ...clock, accounting }, 0)
  return merger.commit({ nowMs: 0, position: 0 })?.results[0]?.record.frames
}

test('a flush that was already taken is dropped whole, what overlaps or leaves a gap is refused', () => {
  const run = new MergerRun({ sizes: ['1m'] })
  const fits = (): string[] =>
    run.merger.ranges.misfits.map(({ fit, stands }) => `${fit} ${stands}`)
  assert.equal(flush(run, 0, 4), 4)
  assert.equal(flush(run, 1, 3), undefined)
  assert.equal(flush(run, 4, 5), 5)
  assert.deepEqual(fits(), [])
  assert.equal(flush(run, 3, 6), undefined, 'overlap')
  assert.deepEqual(fits(), ['overlap 5'])
  assert.equal(flush(run, 9, 10), undefined, 'gap')
  assert.deepEqual(fits(), ['gap 5'])
  assert.equal(flush(run, 10, 12), undefined, 'still refused: it does not go on at 5')
  assert.equal(flush(run, 5, 9), 9)
  assert.deepEqual(fits(), [], 'it goes on where it stood')
})

test('a source that is refused holds the watermark', () => {
  const run = new MergerRun({ sizes: ['1m'] })
  flush(run, 0, 4)
  const before = run.merger.watermark.value
  const range = { source: 's', partition: 0, from: 7, to: 8 }
  const clock = { clock: 1e9, vouched: 0, clockState: new Uint8Array(0) }
  const accounting = new Accounting()
  run.merger.takeMark({ range, partitions: 1, state: 'behind', ...clock, accounting }, 0)
  run.merger.commit({ nowMs: 0, position: 0 })
  assert.equal(run.merger.watermark.value, before)
})
