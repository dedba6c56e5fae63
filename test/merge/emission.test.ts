import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DriverOptions, PipelineTestDriver } from '../../src/testing/pipeline-test-driver.ts'

const T = 1_468_244_400 // 2016-07-11T13:40:00Z

function driver(options: Partial<DriverOptions> = {}) {
  return new PipelineTestDriver({ key: 'uid', time: 'ts', windows: ['1m'], ...options })
}

/** At each time so many users that the partition's clock follows. */
const CROWD = 16
const frames = (...times: number[]) =>
  times.flatMap(ts => Array.from({ length: CROWD }, (_, i) => ({ ts, uid: `u${i}` })))

test('a window is provisional, then final when the watermark passes its end, then corrected', () => {
  const pipeline = driver()
  pipeline.pipe(frames(T, T + 10))
  pipeline.flush()
  const [provisional] = pipeline.commit()
  assert.equal(provisional?.status, 'provisional')
  assert.deepEqual([provisional?.revision, provisional?.uniques], [1, CROWD])
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
    ['corrected', 3, CROWD + 1, 1]
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
    pipeline.pipe(frames(T + seconds))
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

test('after a restart open windows are said anew, closed ones are not', () => {
  const pipeline = driver()
  pipeline.pipe(frames(T, T + 70))
  pipeline.flush()
  assert.equal(pipeline.commit().length, 2)
  pipeline.restart()
  // Whether an open window has changed since it was said is not known any more.
  const again = pipeline.commit().map(({ start, status, revision }) => [start, status, revision])
  assert.deepEqual(again, [['2016-07-11T13:41:00Z', 'provisional', 2]])
  assert.equal(pipeline.commit().length, 0)
})

test('said at a stop only, open windows are still said before the end', () => {
  const pipeline = driver({ provisional: 'at-stop' })
  pipeline.pipe(frames(T, T + 30))
  pipeline.flush()
  assert.equal(pipeline.commit().length, 0)
  assert.deepEqual(
    pipeline.commit(true).map(({ status, uniques }) => [status, uniques]),
    [['provisional', CROWD]]
  )
})

test('groups and the total are said each by its own key, with the names of --by', () => {
  const pipeline = driver({ by: ['country', 'plan'], total: true, tasks: 2 })
  pipeline.pipe(
    frames(T).map((frame, i) => ({ ...frame, country: i % 2 === 0 ? 'CH' : 'DE', plan: 1 }))
  )
  pipeline.flush()
  const said = pipeline.commit().map(({ group, uniques }) => `${JSON.stringify(group)} ${uniques}`)
  assert.deepEqual(said.sort(), [
    `null ${CROWD}`,
    `{"country":"CH","plan":1} ${CROWD / 2}`,
    `{"country":"DE","plan":1} ${CROWD / 2}`
  ])
})

test('an audited window says the exact count beside its own when it is final, never before', () => {
  const pipeline = driver({ audit: 1 })
  pipeline.pipe(frames(T))
  pipeline.flush()
  assert.equal(pipeline.commit()[0]?.audit, undefined)
  pipeline.restart()
  pipeline.pipe(frames(T + 30, T + 70))
  pipeline.flush()
  const final = pipeline.commit().find(({ status }) => status === 'final')
  assert.deepEqual([final?.audit, final?.uniques], [{ exact: CROWD }, CROWD])
  pipeline.pipe([{ ts: T + 1, uid: 'late one' }])
  pipeline.flush()
  assert.equal(pipeline.commit()[0]?.audit, undefined)
})
