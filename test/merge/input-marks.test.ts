import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planResume } from '../../src/app/resume.ts'
import { Accounting } from '../../src/combine/accounting.ts'
import { decodeMark, encodeMark, type MarkState } from '../../src/combine/mark.ts'
import { isFailure } from '../../src/core/errors.ts'
import { InputMarks } from '../../src/merge/input-marks.ts'
import { encodePosition, headerKey, markKey, positionKey } from '../../src/merge/state-record.ts'

const SOURCE = 'topic-id'
const CLOCK = new Uint8Array([1, 2, 250])

function mark(partition: number, from: number, to: number, state: MarkState = 'behind') {
  const range = { source: SOURCE, partition, from, to }
  const clock = to * 1_000
  const parts = { range, partitions: 3, state, clock, vouched: Number.NEGATIVE_INFINITY }
  return encodeMark({ ...parts, clockState: CLOCK, accounting: new Accounting() }, true)
}

function stored(): InputMarks {
  const marks = new InputMarks()
  marks.takeState(markKey(SOURCE, 0), mark(0, 0, 10), 1_000)
  marks.takeState(markKey(SOURCE, 1), mark(1, 0, 20), 1_000)
  const position = { position: 7, commit: 3, watermark: 5_000, purgedBefore: new Map(), losses: [] }
  marks.takeState(positionKey, encodePosition(position), 1_000)
  return marks
}

const endOf = (marks: InputMarks, partition: number) => marks.view(SOURCE, partition)?.mark.range.to

test('the stored marks count, then those that follow on in the unread rest', () => {
  const marks = stored()
  assert.deepEqual([marks.position, marks.watermark], [7, 5_000])
  marks.takePartial(mark(0, 10, 15), 2_000)
  marks.takePartial(mark(0, 15, 15, 'idle'), 3_000)
  marks.takePartial(mark(2, 4, 9), 3_000)
  assert.deepEqual(
    [0, 1, 2, 3].map(partition => endOf(marks, partition)),
    [15, 20, 9, undefined]
  )
  assert.equal(marks.view(SOURCE, 0)?.mark.state, 'idle')
  assert.equal(marks.view(SOURCE, 0)?.writtenAt, 3_000)
})

test('a mark that restarts a source sets it back, when that stood where the mark says', () => {
  const restart = (at: number, stood: number): Uint8Array => {
    const whole = decodeMark(mark(0, at, at))
    return encodeMark({ ...whole, leaderEpoch: 4, restart: stood }, true)
  }
  const marks = stored()
  marks.takePartial(restart(6, 10), 2_000)
  marks.takePartial(mark(0, 6, 30), 2_000)
  assert.equal(endOf(marks, 0), 30)
  assert.equal(marks.view(SOURCE, 0)?.refused, undefined)
  marks.takePartial(restart(6, 31), 3_000)
  assert.equal(endOf(marks, 0), 30)
  assert.equal(marks.view(SOURCE, 0)?.refused?.from, 6)

  const cut = stored()
  cut.takePartial(restart(6, 10), 2_000)
  const metadata = Buffer.from(CLOCK).toString('base64')
  const [step] = planResume(SOURCE, [0], new Map([[0, { offset: 10, metadata }]]), cut)
  assert.deepEqual([step?.action, step?.target], ['set', { offset: 6, metadata, leaderEpoch: 4 }])
})

test('a gap ends what is contiguous, also for later ranges that fit each other', () => {
  const marks = stored()
  marks.takePartial(mark(0, 12, 14), 2_000)
  marks.takePartial(mark(0, 14, 16), 2_000)
  assert.equal(endOf(marks, 0), 10)
  assert.equal(marks.view(SOURCE, 0)?.refused?.from, 12)
  assert.equal(marks.view(SOURCE, 1)?.refused, undefined)
})

test('a range that is covered changes nothing, one that overlaps is refused', () => {
  const marks = stored()
  marks.takePartial(mark(0, 2, 10), 2_000)
  assert.equal(marks.view(SOURCE, 0)?.refused, undefined)
  marks.takePartial(mark(0, 8, 12), 2_000)
  assert.equal(endOf(marks, 0), 10)
  assert.equal(marks.view(SOURCE, 0)?.refused?.to, 12)
})

test('windows, partials and tombstones beside the marks are passed over', () => {
  const marks = new InputMarks()
  marks.takeState(headerKey({ size: '1m', start: 0, group: 'null' }), new Uint8Array([9]), 0)
  marks.takeState(markKey(SOURCE, 0), null, 0)
  marks.takeState(null, new Uint8Array([1]), 0)
  marks.takePartial(new Uint8Array([1, 1, 1]), 0)
  marks.takePartial(null, 0)
  assert.equal(marks.view(SOURCE, 0), undefined)
  assert.deepEqual([marks.position, marks.watermark], [0, Number.NEGATIVE_INFINITY])
})

test('damaged marks are refused by name', () => {
  const marks = new InputMarks()
  const cut = mark(0, 0, 10).slice(0, -3)
  const damaged = (error: unknown) => isFailure(error, 'format-damaged')
  assert.throws(() => marks.takePartial(cut, 0), damaged)
  assert.throws(() => marks.takeState(markKey(SOURCE, 0), cut, 0), damaged)
  assert.throws(() => marks.takeState(new Uint8Array([120]), cut, 0), damaged)
})

test('resume sets what differs in offset or clock, and leaves alone what has no mark', () => {
  const metadata = Buffer.from(CLOCK).toString('base64')
  const before = new Map([
    [0, { offset: 10, metadata }],
    [1, { offset: 20, metadata: '' }],
    [2, { offset: 5, metadata }]
  ])
  const steps = planResume(SOURCE, [0, 1, 2], before, stored())
  assert.deepEqual(
    steps.map(({ action, target }) => [action, target]),
    [
      ['fits', { offset: 10, metadata }],
      ['set', { offset: 20, metadata }],
      ['no-mark', undefined]
    ]
  )
  const deleted = planResume(SOURCE, [0, 1], new Map(), stored())
  assert.deepEqual(
    deleted.map(({ action }) => action),
    ['set', 'set']
  )
})
