import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { isFailure } from '../../../src/core/errors.ts'
import { encodeReject } from '../../../src/core/reject.ts'
import { systemClock } from '../../../src/host/system-clock.ts'
import { count, jsonlSource } from '../../../src/index.ts'
import { MemoryCache } from '../../../src/merge/memory-cache.ts'
import { type CountOptions, startCount } from '../../../src/runtime/count.ts'
import { FrameGenerator } from '../../../src/testing/frame-generator.ts'
import type { FrameOptions } from '../../../src/testing/frame-options.ts'
import { temporaryFolder } from '../../host/temporary-folder.ts'

const folder = await temporaryFolder()

function generated(options: Partial<FrameOptions>): Buffer {
  const chunks = [...new FrameGenerator(options)].map(chunk => Buffer.from(chunk))
  return Buffer.concat(chunks)
}

function fileOf(name: string, content: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

interface Outcome {
  readonly results: readonly string[]
  readonly rejects: readonly string[]
  readonly figures: unknown
  readonly error: unknown
}

/** Everything a count says, but for what depends on the hour. */
async function outcomeOf(options: CountOptions): Promise<Outcome> {
  const rejects: string[] = []
  const run = count({
    // When is said what depends on the hour, too: everything is said at the end.
    flushEvery: '1h',
    emitEvery: '1h',
    ...options,
    rejects: { keep: reject => rejects.push(encodeReject(reject)) }
  })
  const results: string[] = []
  let error: unknown
  try {
    for await (const { emittedAt: _, ...result } of run) results.push(JSON.stringify(result))
  } catch (thrown) {
    error = thrown
  }
  const { accounting, audit, clock, framesRead, groups, groupsInOther, partitions } = run.report
  const { rejectsDropped, watermark, warnings } = run.report
  const figures = [accounting, audit, clock, framesRead, groups, groupsInOther, partitions]
  return {
    results,
    rejects,
    figures: [...figures, rejectsDropped, watermark, warnings.entries()],
    error
  }
}

const hostile: Partial<FrameOptions> = {
  shape: 'small',
  users: 2_000,
  groups: 12,
  framesPerSecond: 50,
  lateShare: 0.05,
  lateMaxMs: 45 * 60_000,
  bitflipShare: 0.001,
  brokenShare: 0.02
}

test('results, rejects and figures are the same bytes with 1, 2, 3 and 7 threads', async () => {
  const parts = [1, 2, 3, 4].map(seed =>
    generated({ ...hostile, seed, frames: 6_500, startMs: Date.UTC(2016, 6, 1, 4, 2 * seed) })
  )
  const long = `{"ts":1467500000,"pad":"${'x'.repeat(1_200_000)}","uid":"long"}\r\n`
  const inputs = (): (string | Readable)[] => [
    fileOf('one.jsonl', Buffer.concat([Buffer.from('\ufeff'), parts[0]!, Buffer.from(long)])),
    fileOf('two.jsonl.gz', gzipSync(parts[1]!.subarray(0, -1), { level: 1 })),
    Readable.from([parts[2]!.subarray(0, 70_001), parts[2]!.subarray(70_001)]),
    fileOf('three.jsonl.zst', zstdCompressSync(parts[3]!)),
    fileOf(
      'four.jsonl',
      Buffer.concat([Buffer.from('\n \r\n{"uid":"no end"}'), Buffer.alloc(90, 'x')])
    )
  ]
  const keep = { '1m': '20m' }
  const groups = { by: ['country'], total: true, maxGroups: 7 }
  const settings: Omit<CountOptions, 'source'>[] = [
    { key: 'uid', windows: ['1m', '10m/1m'], keep, audit: 0.2, ...groups },
    {
      key: ['uid', 'country'],
      windows: ['5m'],
      sketch: 'exact',
      where: [{ field: 'country', value: 'aa' }]
    },
    { key: 'uid', windows: ['5m', '1mo'], sketch: 'ull', zone: 'Europe/Zurich' }
  ]
  for (const [i, each] of settings.entries()) {
    const [one, ...more] = [1, ...(i === 0 ? [2, 3, 7] : [2])]
    const expected = await outcomeOf({ ...each, source: jsonlSource(inputs()), threads: one! })
    assert.equal(expected.error, undefined)
    assert.ok(expected.results.length > 2 && expected.rejects.length > 100)
    for (const threads of more) {
      const found = await outcomeOf({ ...each, source: jsonlSource(inputs()), threads })
      assert.deepEqual(found, expected, `${threads} threads`)
    }
  }
})

test('damage in the middle of the inputs is told where one thread tells it', async () => {
  const packed = gzipSync(generated({ shape: 'small', frames: 20_000, seed: 5 }))
  packed[packed.length >> 1]! ^= 0x55
  const inputs = [
    fileOf('whole.jsonl', generated({ shape: 'small', frames: 12_000, seed: 6 })),
    fileOf('damaged.jsonl.gz', packed),
    fileOf('behind.jsonl', generated({ shape: 'small', frames: 100, seed: 7 }))
  ]
  const options = { key: 'uid', windows: ['1m'] }
  const one = await outcomeOf({ ...options, source: jsonlSource(inputs) })
  const two = await outcomeOf({ ...options, source: jsonlSource(inputs), threads: 2 })
  assert.ok(isFailure(one.error, 'input-damaged'), String(one.error))
  assert.ok(isFailure(two.error, 'input-damaged'), String(two.error))
  assert.equal(two.error.message, one.error.message)
  assert.deepEqual([two.results, two.rejects, two.figures], [one.results, one.rejects, one.figures])
})

test('a wrong key is refused with the same words', async () => {
  const source = () =>
    jsonlSource(fileOf('wrong.jsonl', generated({ frames: 12_000, shape: 'small' })))
  const options = { key: 'user', windows: ['1m'] }
  const one = await outcomeOf({ ...options, source: source() })
  const two = await outcomeOf({ ...options, source: source(), threads: 2 })
  assert.ok(isFailure(one.error, 'nothing-counted') && isFailure(two.error, 'nothing-counted'))
  assert.equal(two.error.message, one.error.message)
})

test('an abort in the middle ends the threads and says what was counted so far', async () => {
  const controller = new AbortController()
  const whole = generated({ shape: 'small', frames: 6_000 })
  let closed = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield whole
    } finally {
      closed = true
    }
  }
  const { signal } = controller
  const run = count({
    source: jsonlSource(endless()),
    key: 'uid',
    windows: ['1m'],
    threads: 2,
    flushEvery: 0,
    emitEvery: 0,
    signal
  })
  const statuses = new Set<string>()
  for await (const { status } of run) {
    statuses.add(status)
    controller.abort()
  }
  assert.deepEqual([...statuses], ['provisional'])
  assert.ok(closed)
  const { read, counted } = run.report.accounting
  assert.ok(read > 0 && counted > 0)
})

test('a thread that breaks down ends the count with what it broke down of', async () => {
  const run = startCount(
    {
      source: jsonlSource(fileOf('many.jsonl', generated({ shape: 'small', frames: 60_000 }))),
      key: 'uid',
      windows: ['1m'],
      threads: 2
    },
    {
      clock: systemClock,
      openStateCache: () => new MemoryCache(),
      lineThread: new URL('./failing-thread.ts', import.meta.url)
    }
  )
  await assert.rejects(async () => {
    for await (const _ of run);
  }, /a thread that breaks down/)
})
