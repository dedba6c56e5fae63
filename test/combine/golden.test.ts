import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createAppRecord, decodeAppRecord, encodeAppRecord } from '../../src/app/record.ts'
import { Accounting } from '../../src/combine/accounting.ts'
import { decodeMark, encodeMark, type Mark } from '../../src/combine/mark.ts'
import { decodePartial, encodePartial, type Partial } from '../../src/combine/partial.ts'
import { isFailure } from '../../src/core/errors.ts'
import {
  contentKey,
  decodeContent,
  decodeHeader,
  decodeKey,
  decodePosition,
  encodeContent,
  encodeHeader,
  encodePosition,
  headerKey,
  markKey,
  positionKey
} from '../../src/merge/state-record.ts'
import { createSketch } from '../../src/sketch/create.ts'
import { wrapSketch } from '../../src/sketch/envelope.ts'
import { PartitionClock } from '../../src/window/partition-clock.ts'

/** The bytes of each version, as they lie in somebody's topics. */
const goldenOf = (version: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../golden/records/${version}.json`, import.meta.url), 'utf8'))
/** Of the first version of each record; of those that have a second one it is refused. */
const v1 = goldenOf('v1')
const v2 = goldenOf('v2')
const v3 = goldenOf('v3')
const v4 = goldenOf('v4')

const sketch = createSketch('adaptive', 14)
const audit = createSketch('exact', 14)
for (let i = 1; i <= 3; i++) {
  sketch.add(i * 77, i, i * 1_000, 0x1000_0000)
  audit.add(i * 77, i, i * 1_000, 0x1000_0000)
}
const range = { source: 'tPYaCpJuTlOx4dlHWq0Iow', partition: 3, from: 4_711, to: 5_000 }
const start = Date.UTC(2016, 6, 11, 13, 41)
const partial: Partial = {
  range,
  start,
  group: 'null',
  mask: 3,
  frames: 280,
  late: 12,
  sketch,
  audit: undefined
}
const audited: Partial = { ...partial, group: '["CH",7]', mask: 2, audit }

const accounting = new Accounting()
accounting.byVerdict.set([270, 1, 5, 0, 2, 0, 0, 1, 0, 6, 3])
accounting.tooLate[0] = 4
Object.assign(accounting, { read: 289, late: 12, lost: 2, suspended: -1 })
const clock = new PartitionClock({ waitMs: 5_000 })
for (let i = 0; i < 9; i++) {
  clock.observe(start + 12_000 + i, Number.NaN, false, i >> 1, 4_711 + i)
}
clock.observe(start + 9_000_000, Number.NaN, false, 99, 4_999)
const clockState = clock.serialize(range.to)
const mark: Mark = {
  range,
  partitions: 8,
  state: 'at-end',
  clock: clock.newest,
  vouched: Number.NEGATIVE_INFINITY,
  clockState,
  accounting
}
const clockless: Mark = {
  ...mark,
  state: 'idle',
  clock: Number.NEGATIVE_INFINITY,
  vouched: start + 12_345
}

const cut: Mark = {
  ...mark,
  range: { ...range, from: 4_900, to: 4_900 },
  leaderEpoch: 7,
  restart: 5_000
}

const name = { size: '1m', start, group: 'null' }
const day = { size: '1d', start: Date.UTC(2016, 6, 11), group: '["CH",7]' }
const envelope = sketch.serialize()
const content = { chunks: 1, frames: 280, late: 12, envelope }
const header = {
  status: 'corrected' as const,
  closed: true,
  closedBy: 'watermark' as const,
  revision: 7,
  uniques: 3,
  frames: 280,
  commit: 99
}
const purgedBefore = new Map([
  ['1m', start - 172_800_000],
  ['30d/1d', Date.UTC(1969, 11, 31)]
])
const losses = [
  {
    source: range.source,
    partition: 3,
    frames: 700,
    from: start + 7_345,
    until: start + 99_000,
    settled: true
  },
  {
    source: range.source,
    partition: 4,
    frames: 1,
    from: Number.NEGATIVE_INFINITY,
    until: start,
    settled: false
  }
]
const position = { position: 123_456, commit: 99, watermark: start + 7_345, purgedBefore, losses }
const app = createAppRecord({
  app: 'events.uid',
  topics: [{ name: 'events', id: range.source, partitions: 8, begunWith: 8, retired: false }],
  partialsPartitions: 16,
  settings: { key: 'uid', time: 'ts', by: 'country', window: '1m,1h' }
})

const firstVersion: Record<string, Uint8Array> = {
  partial: encodePartial(partial)[0]!,
  contentKey: contentKey('content', name, 2),
  content: encodeContent(content, true),
  headerKey: headerKey(name),
  header: encodeHeader(header),
  markKey: markKey(range.source, 3),
  positionKey
}
const secondVersion: Record<string, Uint8Array> = {
  auditedPartial: encodePartial(audited)[0]!,
  clockState,
  ownKey: contentKey('own', day, 0),
  auditKey: contentKey('audit', name, 1)
}
const thirdVersion: Record<string, Uint8Array> = {
  mark: encodeMark(mark, true),
  clocklessMark: encodeMark(clockless, false),
  cutMark: encodeMark(cut, false),
  position: encodePosition(position)
}
const fourthVersion: Record<string, Uint8Array> = { appRecord: encodeAppRecord(app) }

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytesOf = (golden: string | undefined): Uint8Array =>
  Uint8Array.from(Buffer.from(golden!, 'hex'))
const bare = ({ sketch: set, audit: shadow, ...rest }: Partial): object => ({
  ...rest,
  sketch: set?.serialize(),
  audit: shadow?.serialize()
})

for (const [version, written, golden] of [
  ['v1', firstVersion, v1],
  ['v2', secondVersion, v2],
  ['v3', thirdVersion, v3],
  ['v4', fourthVersion, v4]
] as const) {
  for (const [record, bytes] of Object.entries(written)) {
    test(`${version}: ${record} is written as it always was`, () => {
      assert.equal(hex(bytes), golden[record])
    })
  }
}

test('partials are read as they were meant', () => {
  assert.deepEqual(bare(decodePartial(bytesOf(v1.partial))), bare(partial))
  assert.deepEqual(bare(decodePartial(bytesOf(v2.auditedPartial))), bare(audited))
})

test('marks are read as they were meant', () => {
  assert.deepEqual(decodeMark(bytesOf(v3.mark)), mark)
  const clockState = new Uint8Array(0)
  assert.deepEqual(decodeMark(bytesOf(v3.clocklessMark)), { ...clockless, clockState })
  assert.deepEqual(decodeMark(bytesOf(v3.cutMark)), { ...cut, clockState })
})

test('a stored clock goes on where it stood, with the frame that it suspends', () => {
  const restored = new PartitionClock({ waitMs: 5_000 })
  restored.restore(bytesOf(v2.clockState), range.to)
  assert.equal(restored.newest, clock.newest)
  assert.deepEqual(restored.suspendedOffsets(), [4_999])
  assert.deepEqual(restored.serialize(range.to), clockState)
})

test('state records are read as they were meant', () => {
  const stored = decodeContent(bytesOf(v1.content), 0)
  assert.equal(wrapSketch(stored.envelope).estimate(0.95).value, 3)
  assert.deepEqual([stored.chunks, stored.frames, stored.late], [1, 280, 12])
  assert.deepEqual(decodeHeader(bytesOf(v1.header)), header)
  assert.deepEqual(decodePosition(bytesOf(v3.position)), position)
  assert.deepEqual(decodeKey(bytesOf(v1.contentKey)), { type: 'content', chunk: 2, ...name })
  assert.deepEqual(decodeKey(bytesOf(v1.headerKey)), { type: 'header', ...name })
  assert.deepEqual(decodeKey(bytesOf(v2.ownKey)), { type: 'own', chunk: 0, ...day })
  assert.deepEqual(decodeKey(bytesOf(v2.auditKey)), { type: 'audit', chunk: 1, ...name })
})

test('app records of every version of the formats are read', () => {
  assert.deepEqual(decodeAppRecord(bytesOf(v4.appRecord)), app)
  assert.deepEqual(decodeAppRecord(bytesOf(v3.appRecord)).added, [])
  assert.equal(decodeAppRecord(bytesOf(v2.appRecord)).formats.mark, 2)
  assert.equal(decodeAppRecord(bytesOf(v1.appRecord)).formats.mark, 1)
})

test('marks and position records of versions 1 and 2 are refused by name', () => {
  const cases = [
    [() => decodeMark(bytesOf(v1.mark)), /\bmark\b/],
    [() => decodeMark(bytesOf(v2.mark)), /\bmark\b/],
    [() => decodePosition(bytesOf(v1.position)), /position record/],
    [() => decodePosition(bytesOf(v2.position)), /position record/]
  ] as const
  for (const [decode, text] of cases) {
    assert.throws(decode, error => isFailure(error, 'format-version') && text.test(error.message))
  }
})
