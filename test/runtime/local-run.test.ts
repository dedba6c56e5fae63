import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import type { Reject } from '../../src/core/reject.ts'
import { count, jsonlSource } from '../../src/index.ts'
import type { ResultRecord } from '../../src/result/result-record.ts'

const T = 1_468_244_400

async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield Buffer.from(`${line}\n`)
}

function frame(ts: number, uid: string): string {
  return JSON.stringify({ ts, uid })
}

test('the library counts a stream, and the end of it closes every window', async () => {
  const lines = [frame(T, 'a'), frame(T + 1, 'b'), frame(T + 90, 'a')]
  const run = count({ source: jsonlSource(bytesOf(lines)), key: 'uid', windows: ['1m', '1h'] })
  const results: ResultRecord[] = []
  for await (const result of run) results.push(result)
  const finals = results.filter(({ status }) => status === 'final')
  assert.deepEqual(
    finals.map(({ window, uniques, frames, closedBy }) => [window, uniques, frames, closedBy]),
    [
      ['1m', 2, 2, 'end'],
      ['1m', 1, 1, 'end'],
      ['1h', 2, 3, 'end']
    ]
  )
  assert.equal(run.report.accounting.read, 3)
})

test('what cannot be counted is counted by reason and kept', async () => {
  const kept: Reject[] = []
  const lines = [frame(T, 'a'), '{"ts":1', `{"ts":${T}}`, `{"uid":"b"}`]
  const run = count({
    source: jsonlSource(bytesOf(lines)),
    key: 'uid',
    windows: ['1m'],
    rejects: { keep: reject => kept.push(reject) }
  })
  for await (const _ of run);
  assert.deepEqual(
    kept.map(({ offset, reason }) => [offset, reason]),
    [
      [1, 'bad-json'],
      [2, 'no-key'],
      [3, 'no-time']
    ]
  )
  const { read, counted, rejected } = run.report.accounting
  assert.deepEqual([read, counted, rejected], [4, 1, 3])
})

test('what is kept of frames stays as it was when the source reads on in the same memory', async () => {
  const kept: string[] = []
  // The first is refused at once; the second only at the end, as nobody follows it into its year.
  const refused = ['{"ts":1,', frame(T + 400 * 86_400, 'bold')]
  const others = Array.from({ length: 200 }, (_, i) => frame(T + i, `u${i}`))
  const lines = [...others.slice(0, 50), ...refused, ...others.slice(50)]
  const run = count({
    source: jsonlSource(bytesOf(lines)),
    key: 'uid',
    windows: ['1h'],
    flushEvery: '1h',
    rejects: { keep: ({ bytes }) => kept.push(Buffer.from(bytes).toString()) }
  })
  for await (const _ of run);
  assert.deepEqual(kept, refused)
})

test('a wrong key ends the count with the names that are there', async () => {
  const lines = Array.from({ length: 50 }, (_, i) => frame(T, `u${i}`))
  const run = count({ source: jsonlSource(bytesOf(lines)), key: 'user', windows: ['1m'] })
  await assert.rejects(
    async () => {
      for await (const _ of run);
    },
    error =>
      isFailure(error, 'nothing-counted') && /top-level fields seen: ts, uid/.test(error.message)
  )
})

test('leaving the loop early stops the count', async () => {
  let closed = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (let i = 0; ; i++) yield Buffer.from(`${frame(T + i, `u${i}`)}\n`)
    } finally {
      closed = true
    }
  }
  const source = jsonlSource(endless())
  const run = count({ source, key: 'uid', windows: ['1m'], emitEvery: 0, flushEvery: 0 })
  for await (const _ of run) break
  assert.equal(closed, true)
  assert.ok(run.report.flushes > 0)
})

test('an aborted signal ends it with provisional words, not with closed windows', async () => {
  const controller = new AbortController()
  async function* first(): AsyncGenerator<Uint8Array> {
    // So many users that the clock follows: nothing is suspended.
    for (let i = 0; i < 16; i++) yield Buffer.from(`${frame(T, `u${i}`)}\n`)
    controller.abort()
    yield Buffer.from(`${frame(T + 1, 'b')}\n`)
  }
  const source = jsonlSource(first())
  const { signal } = controller
  const run = count({ source, key: 'uid', windows: ['1m'], signal })
  const statuses: string[] = []
  for await (const { status } of run) statuses.push(status)
  assert.deepEqual(statuses, ['provisional'])
})
