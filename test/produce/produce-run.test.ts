import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { failure, isFailure } from '../../src/core/errors.ts'
import { jsonlSource } from '../../src/host/jsonl-source.ts'
import type { Clock } from '../../src/port/clock.ts'
import type { LineRules } from '../../src/port/sink.ts'
import { type ProduceOptions, ProduceRun } from '../../src/produce/produce-run.ts'
import { RejectList, ScriptedSink } from './scripted-sink.ts'

/** Time passes only where somebody waits for it. */
function steppingClock(): Clock {
  let now = 1_000
  return {
    now: () => now,
    sleep: ms => {
      now += ms
      return Promise.resolve()
    }
  }
}

function runOf(
  input: string | Uint8Array,
  options: Partial<ProduceOptions> = {},
  rules: LineRules = {}
) {
  const sink = options.sink instanceof ScriptedSink ? options.sink : new ScriptedSink().eager()
  sink.rules = rules
  const rejects = new RejectList()
  const source = jsonlSource([Buffer.from(input)][Symbol.iterator](), { readBytes: 64 })
  const clock = steppingClock()
  const run = new ProduceRun({ source, clock, rejects, ...options, sink })
  return { run, sink, rejects, clock }
}

const frames = Array.from({ length: 50 }, (_, i) => `{"ts":${i},"uid":"user ${i % 7}"}`)
const text = `${frames.join('\n')}\n`

test('every line is sent once, byte for byte, with the present as its time', async () => {
  const { run, sink, rejects } = runOf(text)
  const report = await run.run()
  assert.deepEqual(
    sink.sent.map(({ value }) => value),
    frames
  )
  assert.ok(sink.sent.every(({ key, time }) => key === null && time === 1_000))
  assert.deepEqual(rejects.kept, [])
  assert.equal(report.frames, 50)
  assert.equal(report.bytes, text.length - 50)
  assert.equal(report.position, 50)
})

test('the record key is the field’s text', async () => {
  const { run, sink } = runOf(
    '{"uid":"a\\u0062"}\n{"x":{"uid":1},"uid":2.50}\n',
    {},
    { keyField: 'uid' }
  )
  await run.run()
  assert.deepEqual(
    sink.sent.map(({ key }) => key),
    ['ab', '2.50']
  )
})

test('blank lines are passed over, bad ones kept with line and reason, none sent', async () => {
  const lines = [
    '\ufeff{"uid":1}',
    '',
    'no json',
    '{"uid":2}\r',
    ' \t ',
    '{"uid":',
    '["uid"]',
    '{"other":3}',
    '{"uid":null}',
    '{"uid":{}}',
    `{"uid":4,"x":"${'y'.repeat(10_000)}"}`,
    '{"uid":5}'
  ]
  const { run, sink, rejects } = runOf(lines.join('\n'), {}, { keyField: 'uid' })
  const report = await run.run()
  assert.deepEqual(
    sink.sent.map(({ value }) => value),
    ['{"uid":1}', '{"uid":2}', '{"uid":5}']
  )
  assert.deepEqual(
    rejects.kept.map(([line, reason]) => [line, reason]),
    [
      [2, 'bad-json'],
      [5, 'bad-json'],
      [6, 'bad-json'],
      [7, 'no-key'],
      [8, 'no-key'],
      [9, 'bad-key'],
      [10, 'too-long']
    ]
  )
  assert.equal(rejects.kept[0]![2], 'no json')
  assert.equal(report.blank, 2)
  assert.deepEqual(report.rejected, { 'bad-json': 3, 'no-key': 2, 'bad-key': 1, 'too-long': 1 })
})

test('strict looks at the whole line', async () => {
  const odd = '{"uid":1,}\n{"uid":1} {"uid":2}\n{"uid":3}\n'
  assert.equal((await runOf(odd).run.run()).frames, 3)
  const { run, rejects } = runOf(odd, {}, { check: 'whole' })
  assert.equal((await run.run()).frames, 1)
  assert.equal(rejects.kept.length, 2)
})

test('a full sink stops the reading', async () => {
  const sink = new ScriptedSink()
  sink.capacity = 10
  const { run } = runOf(text, { sink })
  const done = run.run()
  const steps: number[] = []
  let before = -1
  while (sink.acked < 50) {
    while (sink.sent.length === before || !sink.full) {
      await new Promise(resolve => setImmediate(resolve))
      if (sink.sent.length === 50) break
    }
    before = sink.sent.length
    steps.push(before - sink.acked)
    sink.ack()
  }
  await done
  // One read of 64 bytes brings three frames at most.
  assert.ok(Math.max(...steps) <= 13, String(steps))
})

test('giving up names the first line that is not stored, and resuming there leaves no gap', async () => {
  const lines = frames.flatMap((frame, i) => (i % 5 === 0 ? [frame, 'bad'] : [frame]))
  for (const acked of [0, 1, 4, 5, 6, 30, 49]) {
    const sink = new ScriptedSink()
    const { run } = runOf(lines.join('\n'), { sink, giveUpAfterMs: 30_000 })
    const done = run.run()
    while (sink.sent.length < 50) await new Promise(resolve => setImmediate(resolve))
    sink.ack(acked)
    const gone = failure('broker-unreachable', { address: 'b:1', problem: 'gone' })
    const details = { waited: '30s', sent: acked, topic: 'frames', position: acked }
    sink.end(failure('produce-gave-up', details, gone))
    let position = -1
    await assert.rejects(done, error => {
      assert.ok(isFailure(error, 'produce-gave-up'))
      const found = /^gave up after 30s \(no answer .*\): (\d+) frames .* is frame (\d+)$/.exec(
        error.message
      )
      assert.equal(Number(found?.[1]), acked)
      position = Number(found?.[2])
      assert.match(error.cure, new RegExp(`--skip ${position}$`))
      return true
    })
    const again = runOf(lines.join('\n'), { skip: position })
    const report = await again.run.run()
    assert.deepEqual(
      [...frames.slice(0, acked), ...again.sink.sent.map(({ value }) => value)],
      frames
    )
    assert.equal(report.position, lines.length)
  }
})

test('an interruption stops reading, flushes, and tells where to go on', async () => {
  const stream = new PassThrough()
  const sink = new ScriptedSink().eager()
  const controller = new AbortController()
  const source = jsonlSource(stream)
  const { run } = runOf('', { sink, source, signal: controller.signal })
  const done = run.run()
  stream.write(text)
  while (sink.sent.length < 50) await new Promise(resolve => setImmediate(resolve))
  controller.abort()
  await assert.rejects(done, error => {
    assert.ok(isFailure(error, 'produce-interrupted'))
    assert.equal(error.exitStatus, 130)
    assert.match(error.message, /50 frames .* is frame 50$/)
    return true
  })
})

test('an interruption while the sink is away does not wait for it', async () => {
  const sink = new ScriptedSink()
  sink.capacity = 1
  const controller = new AbortController()
  const { run } = runOf(text, { sink, signal: controller.signal })
  const done = run.run()
  while (!sink.full) await new Promise(resolve => setImmediate(resolve))
  controller.abort()
  await assert.rejects(done, error => {
    assert.ok(isFailure(error, 'produce-interrupted'))
    assert.match(error.message, /: 0 frames .* is frame 0$/)
    return true
  })
})

test('damage in the input is told after everything before it is stored', async () => {
  const packed = gzipSync(text)
  const { run, sink } = runOf(packed.subarray(0, packed.length - 9))
  await assert.rejects(run.run(), error => isFailure(error, 'input-damaged'))
  assert.ok(sink.sent.length > 40)
  assert.equal(run.report().frames, sink.sent.length)
})

test('a rate is kept by waiting', async () => {
  const { run, clock } = runOf(text, { rate: 10 })
  const report = await run.run()
  assert.ok(report.ms >= 4_900 && report.ms <= 5_000, String(report.ms))
  assert.equal(clock.now(), 1_000 + report.ms)
})
