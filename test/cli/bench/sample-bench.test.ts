import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { Extraction } from '../../../src/cli/bench/extraction.ts'
import { pipelinePass } from '../../../src/cli/bench/pipeline-pass.ts'
import type { BatchSample, Sample, SampleBatch } from '../../../src/cli/bench/sample.ts'
import { measureSample, stages } from '../../../src/cli/bench/sample-bench.ts'
import { lineSource, wholeCount } from '../../../src/cli/bench/whole-count.ts'
import { jsonlSource } from '../../../src/host/jsonl-source.ts'
import type { Codec } from '../../../src/kafka/batch/codecs.ts'
import { BatchWalker } from '../../../src/kafka/batch/record-batch.ts'
import { MemoryCache } from '../../../src/merge/memory-cache.ts'
import { LatestResults } from '../../../src/result/latest-results.ts'
import type { ResultRecord } from '../../../src/result/result-record.ts'
import { type CountOptions, countSettings, startCount } from '../../../src/runtime/count.ts'
import { FrameGenerator, type FrameOptions, SimClock } from '../../../src/testing/index.ts'
import { craftBatch } from '../../kafka/crafted-batch.ts'
import { benchOf, linesOf } from './frozen.ts'

type Counting = Omit<CountOptions, 'source'>

const T = 1_468_244_400
const frame = (ts: number, uid: string): string => JSON.stringify({ ts, uid })

function generated(options: Partial<FrameOptions> = {}): string {
  const generator = new FrameGenerator({
    frames: 4_000,
    users: 700,
    framesPerSecond: 20,
    ...options
  })
  const text = [...generator].map(chunk => Buffer.from(chunk).toString('latin1')).join('')
  // A field of two values, to choose by.
  let lines = 0
  return text.replaceAll(/^\{/gm, () => `{"ok":${lines++ % 3 === 0},`)
}

/** What is the same however often and when it was said. */
function lastWords(records: readonly ResultRecord[]): unknown[] {
  const latest = new LatestResults()
  for (const record of records) latest.take(record)
  return latest
    .sorted()
    .map(record => ({ ...record, revision: 0, emittedAt: '', closedBy: '', status: '' }))
}

async function plainCount(text: string, counting: Counting): Promise<ResultRecord[]> {
  const source = jsonlSource(Readable.from([Buffer.from(text, 'latin1')]))
  const ports = { clock: new SimClock(), openStateCache: () => new MemoryCache() }
  const records: ResultRecord[] = []
  for await (const record of startCount({ ...counting, source, provisional: 'at-stop' }, ports)) {
    records.push(record)
  }
  return records
}

function partsOf(sample: Sample, counting: Counting): ResultRecord[] {
  const { stopwatch: cpu } = benchOf(sample)
  const settings = countSettings({ ...counting, provisional: 'at-stop' })
  const extracted = new Extraction(sample, settings).keep()
  const partitions = sample.kind === 'lines' ? 1 : sample.partitions
  const openStateCache = () => new MemoryCache()
  const records: ResultRecord[] = []
  const pipeline = { extracted, partitions, settings, openStateCache, nowMs: () => 0, cpu }
  pipelinePass(
    pipeline,
    () => {},
    record => records.push(record)
  )
  return records
}

function batchesOf(frames: readonly string[], codec: Codec): BatchSample {
  const batches: SampleBatch[] = []
  for (let from = 0; from < frames.length; from += 100) {
    const values = frames.slice(from, from + 100)
    const partition = (from / 100) % 3
    const base = 5_000 + Math.floor(from / 300) * 100
    const whole = craftBatch({ base, values, codec })
    const walker = new BatchWalker({ topic: 'events', partition })
    walker.begin(whole, 0, whole.length)
    assert.ok(walker.next())
    const { count, baseOffset, baseTime, maxTime, logAppendTime } = walker
    const header = { count, fromOffset: base, baseOffset, baseTime, maxTime, logAppendTime }
    batches.push({
      partition,
      whole,
      records: { ...walker.records(), ...header },
      position: base + count
    })
  }
  const sizes = batches.map(
    ({ whole, records }) => [whole.length, records.end - records.start] as const
  )
  const storedBytes = sizes.reduce((sum, [stored]) => sum + stored, 0)
  return {
    kind: 'batches',
    name: 'events',
    partitions: 3,
    batches,
    storedBytes,
    unpackedBytes: sizes.reduce((sum, [, unpacked]) => sum + unpacked, 0),
    checkCrcs: true,
    reception: { bytes: storedBytes, microseconds: 7, what: 'nothing' }
  }
}

describe('the parts of a bench', () => {
  const cases: [string, Partial<FrameOptions>, Counting][] = [
    ['usual frames', {}, { key: 'uid', windows: ['1m', '1h'] }],
    [
      'late and broken ones',
      { lateShare: 0.1, brokenShare: 0.05, bitflipShare: 0.01 },
      { key: 'uid', windows: ['1m', '1d'] }
    ],
    [
      'groups and a total',
      { groups: 30 },
      { key: 'uid', windows: ['1m'], by: ['country'], total: true }
    ],
    [
      'an exact count with a condition',
      { timeUnit: 'ms' },
      { key: 'uid', windows: ['5m'], sketch: 'exact', where: [{ field: 'ok', value: 'true' }] }
    ]
  ]
  for (const [name, frames, counting] of cases) {
    test(`count what a plain count of the same sample counts: ${name}`, async () => {
      const text = generated(frames)
      const plain = lastWords(await plainCount(text, counting))
      assert.ok(plain.length > 0)
      const sample = { ...linesOf(''), bytes: Buffer.from(text, 'latin1') }
      assert.deepEqual(lastWords(partsOf(sample, counting)), plain)
      const whole: ResultRecord[] = []
      const parts = { ...benchOf(sample), counting, source: lineSource(sample) }
      await wholeCount(parts, record => whole.push(record))
      assert.deepEqual(lastWords(whole), plain)
    })
  }

  test('flush where a count would: more groups than one flush may have', async () => {
    const frames = Array.from({ length: 70_000 }, (_, i) => `{"ts":${T},"uid":"u","g":${i}}\n`)
    const counting: Counting = { key: 'uid', windows: ['1m'], by: ['g'], maxGroups: 50 }
    const sample = linesOf(frames.join(''))
    const records = partsOf(sample, counting)
    const plain = lastWords(await plainCount(frames.join(''), counting))
    assert.deepEqual(lastWords(records), plain)
  })

  test('say the stages that lines have, and no others', async () => {
    const {
      frames,
      stages: times,
      wholeUs,
      leftFrames,
      answer
    } = await measureSample(benchOf(linesOf(generated({ frames: 500 }))))
    assert.equal(frames, 500)
    assert.deepEqual(
      [...times.keys()],
      stages.filter(stage => !['receive', 'crc', 'decompress'].includes(stage))
    )
    assert.ok(wholeUs > 0 && leftFrames !== undefined)
    assert.equal(answer.accounting.counted, 500)
    assert.ok(answer.results >= 1 && answer.partials >= answer.results)
  })

  for (const codec of ['none', 'zstd'] as const) {
    test(`take batches of several partitions, codec ${codec}`, async () => {
      const frames = Array.from({ length: 1_200 }, (_, i) => frame(T + i / 40, `u${i % 90}`))
      const sample = batchesOf(frames, codec)
      const { stages: times, answer } = await measureSample(benchOf(sample))
      assert.ok(times.has('crc') && times.has('decompress'))
      assert.equal(answer.accounting.counted, 1_200)
      assert.ok(answer.partials >= 3)
      const [{ uniques, frames: counted }] = partsOf(sample, { key: 'uid', windows: ['1m'] }) as [
        ResultRecord
      ]
      assert.deepEqual([uniques, counted], [90, 1_200])
      const unchecked = await measureSample(benchOf({ ...sample, checkCrcs: false }))
      assert.ok(!unchecked.stages.has('crc'))
    })
  }
})

describe('a bench of odd input', () => {
  test('says that there is nothing to measure', async () => {
    for (const text of ['', '\n\r\n  \n']) {
      await assert.rejects(measureSample(benchOf(linesOf(text))), { code: 'sample-empty' })
    }
  })

  test('refuses what a count refuses: frames of which none can be counted', async () => {
    const text = 'no frame\n{"ts":1468244400}\n'
    await assert.rejects(measureSample(benchOf(linesOf(text))), { code: 'nothing-counted' })
  })

  test('measures a single frame, also without its line end', async () => {
    for (const end of ['\n', '']) {
      const { frames, answer } = await measureSample(benchOf(linesOf(frame(T, 'u') + end)))
      assert.deepEqual([frames, answer.accounting.counted, answer.results], [1, 1, 1])
    }
  })

  test('counts what the kernel left to its twin, and rejects by reason', async () => {
    const usual = Array.from({ length: 50 }, (_, i) => frame(T, `u${i}`))
    const odd = ['{"ts":1468244400,"u\\u0069d":"x"}', '{"ts":1468244400}', 'garbage']
    const text = [...usual, ...odd, ''].join('\n')
    const { leftFrames, answer } = await measureSample(benchOf(linesOf(text)))
    assert.ok(leftFrames! >= 1 && leftFrames! < 50)
    assert.deepEqual(
      answer.accounting
        .reasons()
        .map(each => each.reason)
        .sort(),
      ['bad-json', 'no-key']
    )
    // So odd that the twin works alone.
    const escaped = `${odd[0]}\n`.repeat(3_000)
    assert.equal((await measureSample(benchOf(linesOf(escaped)))).leftFrames, 3_000)
  })

  test('leaves the hash in extraction where keys are not texts of the frame', async () => {
    const text = '{"ts":1468244400,"uid":17}\n{"ts":1468244400,"uid":18}\n'
    const { stages: times, answer } = await measureSample(
      benchOf(linesOf(text), { keyType: 'int64' })
    )
    assert.ok(!times.has('hash') && times.has('extract'))
    assert.equal(answer.accounting.counted, 2)
  })

  test('ends where it is interrupted', async () => {
    const stop = new AbortController()
    const reason = new Error('stop')
    const parts = benchOf(linesOf(generated({ frames: 100 })))
    const interrupted = measureSample({
      ...parts,
      signal: stop.signal,
      onLap: round => {
        if (round === 1) stop.abort(reason)
      }
    })
    await assert.rejects(interrupted, reason)
  })
})
