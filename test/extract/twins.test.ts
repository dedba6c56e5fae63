import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { COUNTED } from '../../src/extract/columns.ts'
import { createExtractor } from '../../src/extract/create.ts'
import type { ExtractOptions, Extractor, Records } from '../../src/extract/extractor.ts'
import { AdversarialFrames } from './adversarial-frames.ts'
import { recordSpan } from './record-span.ts'
import { hashOf } from './rows.ts'

/** More frames for a long run: HEADCOUNT_RUNS=600000. */
const FRAMES = Number(process.env.HEADCOUNT_RUNS ?? 30_000)
const FRAMES_A_CHUNK = 60

const wanted: readonly ExtractOptions[] = [
  { key: 'uid', time: 'ts' },
  { key: 'uid', time: 'ts', by: ['country'], groupPartitions: 4 },
  { key: 'user.id', time: 'ts', by: ['country', 'user.x', 'uid', 'né'] },
  { key: ['uid', 'country'], time: 'ts' },
  { key: 'id', time: 'user.ts', by: ['user.id', 'ts'] },
  { key: 'a name of 16 byte', time: 'ts', by: ['a name of 16 bytes'] },
  { key: 'ts', time: 'ts' },
  { key: '@key', time: 'ts' },
  { key: 'uid', time: '@timestamp', by: ['user.uid', 'user.ts'] },
  { key: '@key', time: '@timestamp', by: ['country'] },
  { key: '@key', time: '@timestamp' },
  { key: 'uid', time: 'ts', localTime: local => local - 7_200_000 }
]

/** Everything that a call leaves behind, as one value. */
function outcome({ columns, groups }: Extractor): unknown[] {
  const rows = Array.from({ length: columns.count }, (_, row) => {
    const { verdict, start, end, offset, recordTime, time, group, h1lo, h1hi, h2lo, h2hi } = columns
    const found = [verdict[row], start[row], end[row], offset[row], recordTime[row]]
    if (verdict[row] !== COUNTED) return found
    const hash = [h1lo[row], h1hi[row], h2lo[row], h2hi[row]]
    return [...found, time[row], ...hash, group[row], groups.text(group[row]!)]
  })
  return [columns.count, columns.logAppendTime, groups.size, ...rows]
}

function lineCalls(extractor: Extractor, chunk: Uint8Array, cuts: readonly number[]): unknown[] {
  const calls: unknown[] = []
  let at = 0
  for (const [i, end] of cuts.entries()) {
    const last = i === cuts.length - 1
    while (at < end) {
      const next = extractor.lines(chunk, at, end, last)
      calls.push(next, extractor.nextLine, outcome(extractor))
      if (next === at) break
      at = next
    }
  }
  return calls
}

function recordCalls(extractor: Extractor, batch: Records): unknown[] {
  const calls: unknown[] = []
  extractor.beginRecords(batch)
  try {
    while (extractor.records()) calls.push(outcome(extractor))
  } catch (error) {
    assert.ok(isFailure(error, 'format-damaged'), String(error))
    calls.push(String(error))
  }
  calls.push(outcome(extractor))
  return calls
}

function chunkOf(frames: readonly Buffer[], random: Random): Buffer {
  const ends = ['\n', '\n', '\n', '\r\n', '\n\n', '\n\ufeff', ' \n\t\r\n']
  const lines = frames.flatMap(frame => [frame, Buffer.from(ends[random.below(ends.length)]!)])
  return Buffer.concat(random.below(2) === 0 ? lines : lines.slice(0, -1))
}

function batchOf(frames: readonly Buffer[], random: Random): Records {
  const keys = [null, '', 'k', 'a longer key of a record', 'é']
  const records = frames.map((frame, i) => {
    const framed =
      random.below(6) === 0 ? Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), frame]) : frame
    return {
      key: keys[random.below(keys.length)]!,
      value: random.below(20) === 0 ? null : framed,
      offsetDelta: i * 3,
      timeDelta: random.below(8) === 0 ? -(2 ** (10 + random.below(50))) : random.below(100_000),
      headers:
        random.below(9) === 0
          ? ([
              ['trace', 'x'],
              ['none', null]
            ] as const)
          : []
    }
  })
  const batch = recordSpan(records, {
    fromOffset: random.below(4) === 0 ? 40 : 0,
    baseTime: random.below(5) === 0 ? 2 ** 47 - 50_000 : 1_468_244_384_000,
    logAppendTime: random.below(4) === 0
  })
  const bit = random.below(batch.bytes.length * 8)
  if (random.below(2) === 0) batch.bytes[bit >> 3]! ^= 1 << (bit & 7)
  return random.below(20) === 0 ? { ...batch, count: batch.count + random.below(3) - 1 } : batch
}

/** The same bytes where the kernel reads them without copying. */
function inPlace<T extends Uint8Array>(extractor: Extractor, bytes: T): Uint8Array {
  const { input } = extractor
  if (input === undefined || bytes.length + 5 > input.length) return bytes
  input.fill(0x22)
  input.set(bytes, 5)
  return input.subarray(5, 5 + bytes.length)
}

test('kernel and plain twin fill the same columns from adversarial frames', () => {
  let taken = 0
  for (let seed = 1; taken < FRAMES; seed++) {
    const random = new Random(seed)
    const options = wanted[seed % wanted.length]!
    const bounds = {
      columnFrames: [8_192, 64, 7, 1][random.below(4)]!,
      frameBytes: random.below(8) > 0 ? 2 ** 24 : 500,
      inputBytes: random.below(4) > 0 ? 2 ** 18 : [20_000, 5_000, 300][random.below(3)]!
    }
    const frames = new AdversarialFrames(random)
    const [kernel, plain] = [
      createExtractor(options, bounds, 'wasm'),
      createExtractor(options, bounds, 'plain')
    ]
    assert.deepEqual([kernel.kind, plain.kind], ['wasm', 'plain'])
    for (let chunk = 0; chunk < 4; chunk++) {
      const these = Array.from({ length: FRAMES_A_CHUNK }, () => frames.next())
      const bytes = chunkOf(these, random)
      const cuts = Array.from({ length: random.below(5) }, () => random.below(bytes.length))
      const ends = [...cuts.sort((a, b) => a - b), bytes.length]
      const batch = batchOf(these, random)
      const isInPlace = random.below(3) === 0
      const place = <T extends Uint8Array>(of: T) => (isInPlace ? inPlace(kernel, of) : of)
      const context = `seed ${seed}, chunk ${chunk}`
      assert.deepEqual(
        lineCalls(kernel, place(bytes), ends),
        lineCalls(plain, bytes, ends),
        context
      )
      const placed = { ...batch, bytes: place(batch.bytes) }
      assert.deepEqual(recordCalls(kernel, placed), recordCalls(plain, batch), context)
      if (random.below(3) === 0) {
        kernel.groups.clear()
        plain.groups.clear()
      }
      taken += FRAMES_A_CHUNK * 2
    }
  }
})

test('both twins find what JSON.parse finds', () => {
  const random = new Random(42)
  const source = new AdversarialFrames(random)
  const twins = (['wasm', 'plain'] as const).map(kind =>
    createExtractor({ key: 'uid', time: 'ts' }, {}, kind)
  )
  for (let taken = 0; taken < FRAMES; taken += FRAMES_A_CHUNK) {
    const frames = Array.from({ length: FRAMES_A_CHUNK }, () => source.clean())
    const parsed = frames.map(frame => JSON.parse(frame.toString()) as { ts: number; uid: string })
    const bytes = Buffer.concat(frames.flatMap(frame => [frame, Buffer.from('\n')]))
    for (const twin of twins) {
      twin.lines(bytes, 0, bytes.length, true)
      const { columns } = twin
      assert.equal(columns.count, frames.length)
      for (const [row, { ts, uid }] of parsed.entries()) {
        if (uid === '') continue
        const { verdict, time, h1lo, h1hi, h2lo, h2hi } = columns
        assert.equal(verdict[row], COUNTED, frames[row]!.toString())
        assert.equal(time[row], ts * 1_000)
        assert.equal([h1lo[row], h1hi[row], h2lo[row], h2hi[row]].join(), hashOf(uid))
      }
    }
  }
})
