import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Combiner } from '../../src/combine/combiner.ts'
import { createExtractor } from '../../src/extract/create.ts'
import { countSettings } from '../../src/runtime/count.ts'
import { createMerger } from '../../src/runtime/count-run.ts'
import { type DriverOptions, PipelineTestDriver } from '../../src/testing/pipeline-test-driver.ts'

const T = 1_468_244_400 // 2016-07-11T13:40:00Z

function driver(options: Partial<DriverOptions> = {}) {
  return new PipelineTestDriver({ key: 'uid', time: 'ts', windows: ['1m'], ...options })
}

const frames = (...times: number[]) => times.map((ts, i) => ({ ts, uid: `u${i}` }))

test('a window is provisional, then final when the watermark passes its end, then corrected', () => {
  const pipeline = driver()
  pipeline.pipe(frames(T, T + 10))
  pipeline.flush()
  const [provisional] = pipeline.commit()
  assert.equal(provisional?.status, 'provisional')
  assert.deepEqual([provisional?.revision, provisional?.uniques], [1, 2])
  assert.equal(provisional?.closedBy, undefined)

  pipeline.pipe(frames(T + 64.9))
  pipeline.flush()
  assert.ok(pipeline.commit().every(({ status }) => status === 'provisional'))

  pipeline.pipe(frames(T + 65))
  pipeline.flush()
  const final = pipeline.commit().find(({ status }) => status === 'final')
  assert.deepEqual([final?.revision, final?.closedBy], [2, 'watermark'])
  assert.deepEqual([final?.start, final?.end], ['2016-07-11T13:40:00Z', '2016-07-11T13:41:00Z'])

  pipeline.pipe([{ ts: T + 1, uid: 'late one' }])
  pipeline.flush()
  const [corrected] = pipeline.commit()
  assert.deepEqual(
    [corrected?.status, corrected?.revision, corrected?.uniques, corrected?.late],
    ['corrected', 3, 3, 1]
  )
  assert.equal(corrected?.closedBy, 'watermark')
})

test('nothing is said when nothing changed', () => {
  const pipeline = driver()
  pipeline.pipe(frames(T))
  pipeline.flush()
  assert.equal(pipeline.commit().length, 1)
  assert.equal(pipeline.commit().length, 0)
  pipeline.clock.advance(3_600_000)
  assert.equal(pipeline.commit().length, 0)
})

test('without provisional results nothing is said before a window closes', () => {
  const pipeline = driver({ provisional: 'never' })
  pipeline.pipe(frames(T, T + 30))
  pipeline.flush()
  assert.equal(pipeline.commit().length, 0)
  pipeline.pipe(frames(T + 70))
  pipeline.flush()
  assert.deepEqual(
    pipeline.commit().map(({ status }) => status),
    ['final']
  )
})

test('hours and days speak less often than minutes, and catch up when asked to', () => {
  const pipeline = driver({ windows: ['1m', '1h', '1d'] })
  const said = (seconds: number) => {
    pipeline.pipe([{ ts: T + seconds, uid: `u${seconds}` }])
    pipeline.flush()
    return pipeline.commit().map(({ window }) => window)
  }
  assert.deepEqual(said(0).sort(), ['1d', '1h', '1m'])
  pipeline.clock.advance(1_000)
  assert.deepEqual(said(1), ['1m'])
  pipeline.clock.advance(9_000)
  assert.deepEqual(said(2).sort(), ['1h', '1m'])
  pipeline.clock.advance(50_000)
  assert.deepEqual(said(3).sort(), ['1d', '1h', '1m'])
  pipeline.pipe([{ ts: T + 4, uid: 'more' }])
  pipeline.flush()
  assert.equal(pipeline.commit(true).length, 3)
})

test('a silent input closes its last minute by time, and the record says so', () => {
  const pipeline = driver()
  pipeline.pipe(frames(T, T + 59))
  pipeline.flush(0, 'at-end')
  pipeline.commit()
  pipeline.clock.advance(30_000)
  pipeline.flush(0, 'idle')
  pipeline.commit()
  pipeline.clock.advance(10_000)
  const [final] = pipeline.commit()
  assert.deepEqual([final?.status, final?.closedBy], ['final', 'idle'])
})

test('a window waits for the slowest partition', () => {
  const pipeline = driver({ partitions: 2 })
  pipeline.pipe(frames(T, T + 120), 0)
  pipeline.flush(0)
  assert.ok(pipeline.commit().every(({ status }) => status === 'provisional'))
  pipeline.pipe(frames(T + 70), 1)
  pipeline.flush(1)
  const closed = pipeline.commit().filter(({ status }) => status === 'final')
  assert.deepEqual(
    closed.map(({ start }) => start),
    ['2016-07-11T13:40:00Z']
  )
})

test('after a crash between state and results, the last results are said again as they were', () => {
  const pipeline = driver()
  pipeline.pipe(frames(T, T + 70))
  pipeline.flush()
  const before = pipeline.commit()
  pipeline.restart()
  const again = pipeline.commit()
  const bare = (results: typeof before) =>
    results.map(({ window, start, status, revision, uniques, frames: count }) =>
      [window, start, status, revision, uniques, count].join(' ')
    )
  assert.deepEqual(bare(again).sort(), bare(before).sort())
  assert.equal(pipeline.commit().length, 0)
})

test('a flush that was already taken is dropped whole, an overlapping one is counted as such', () => {
  const merger = createMerger(
    countSettings({ key: 'uid', windows: ['1m'], sketch: 'exact' }),
    ['s'],
    false
  )
  const flushOf = (from: number, to: number) => {
    const range = { source: 's', partition: 0, partitions: 1, mask: 1, precision: 14 } as const
    const combiner = new Combiner({ ...range, sketch: 'exact', waitMs: 5_000 }, from)
    const extractor = createExtractor({ key: 'uid', time: 'ts' })
    const bytes = new TextEncoder().encode(`{"ts":${T},"uid":"a"}\n`.repeat(to - from))
    extractor.lines(bytes, 0, bytes.length, true)
    combiner.take(extractor.columns, bytes)
    combiner.advance(to)
    return combiner.flush('behind')
  }
  const framesAfter = (from: number, to: number): number | undefined => {
    const { partials, mark } = flushOf(from, to)
    for (const partial of partials) merger.takePartial(partial)
    merger.takeMark(mark, 0)
    return merger.commit({ nowMs: 0, position: 0 })?.results[0]?.frames
  }
  assert.equal(framesAfter(0, 4), 4)
  assert.equal(framesAfter(1, 3), undefined)
  assert.equal(framesAfter(4, 5), 5)
  assert.equal(framesAfter(3, 6), 8)
  assert.equal(framesAfter(9, 10), 9)
  assert.deepEqual(merger.misfits, { covered: 1, overlap: 1, gap: 1 })
})

test('said at a stop only, open windows are still said before the end', () => {
  const pipeline = driver({ provisional: 'at-stop' })
  pipeline.pipe(frames(T, T + 30))
  pipeline.flush()
  assert.equal(pipeline.commit().length, 0)
  assert.deepEqual(
    pipeline.commit(true).map(({ status, uniques }) => [status, uniques]),
    [['provisional', 2]]
  )
})
