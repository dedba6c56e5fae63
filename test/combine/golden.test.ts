import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createAppRecord, decodeAppRecord, encodeAppRecord } from '../../src/app/record.ts'
import { Accounting } from '../../src/combine/accounting.ts'
import { decodeMark, encodeMark, type Mark } from '../../src/combine/mark.ts'
import { decodePartial, encodePartial, type Partial } from '../../src/combine/partial.ts'
import {
  contentKey,
  decodeContent,
  decodeHeader,
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

/** The bytes of version 1, as they lie in somebody's topics: they are read for ever. */
const golden: Record<string, string> = JSON.parse(
  readFileSync(new URL('../golden/records/v1.json', import.meta.url), 'utf8')
)

const sketch = createSketch('adaptive', 14)
for (let i = 1; i <= 3; i++) sketch.add(i * 77, i, i * 1_000, 0x1000_0000)
const range = { source: 'tPYaCpJuTlOx4dlHWq0Iow', partition: 3, from: 4_711, to: 5_000 }
const start = Date.UTC(2016, 6, 11, 13, 41)
const accounting = new Accounting()
accounting.byVerdict.set([280, 1, 5, 0, 2, 0, 0, 1, 0])
accounting.late = 12
const clock = new PartitionClock(5_000)
clock.observe(start + 12_345)
const partial: Partial = { range, start, group: 'null', mask: 3, frames: 280, late: 12, sketch }
const clockState = clock.serialize()
const mark: Mark = {
  range,
  partitions: 8,
  state: 'at-end',
  clock: clock.newest,
  clockState,
  accounting
}
const name = { size: '1m', start, group: 'null' }
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
const position = { position: 123_456, commit: 99, watermark: start + 7_345 }
const app = createAppRecord({
  app: 'events.uid',
  topics: [{ name: 'events', id: range.source, partitions: 8 }],
  partialsPartitions: 1,
  settings: { key: 'uid', time: 'ts', window: '1m,1h' }
})

const written: Record<string, Uint8Array> = {
  partial: encodePartial(partial, [envelope])[0]!,
  mark: encodeMark(mark, true),
  contentKey: contentKey(name, 2),
  content: encodeContent(content, true),
  headerKey: headerKey(name),
  header: encodeHeader(header),
  markKey: markKey(range.source, 3),
  positionKey,
  position: encodePosition(position),
  appRecord: encodeAppRecord(app)
}

function bytesOf(record: string): Uint8Array {
  return Uint8Array.from(Buffer.from(golden[record]!, 'hex'))
}

test('version 1 of every record is written as it always was', () => {
  const hex = Object.entries(written).map(([key, bytes]) => [
    key,
    Buffer.from(bytes).toString('hex')
  ])
  assert.deepEqual(Object.fromEntries(hex), golden)
})

test('version 1 of every record is read as it was meant', () => {
  const read = decodePartial(bytesOf('partial'))
  assert.deepEqual({ ...read, sketch: read.sketch.serialize() }, { ...partial, sketch: envelope })
  assert.deepEqual(decodeMark(bytesOf('mark')), mark)
  const stored = decodeContent(bytesOf('content'), 0)
  assert.equal(wrapSketch(stored.envelope).estimate(0.95).value, 3)
  assert.deepEqual([stored.chunks, stored.frames, stored.late], [1, 280, 12])
  assert.deepEqual(decodeHeader(bytesOf('header')), header)
  assert.deepEqual(decodePosition(bytesOf('position')), position)
  assert.deepEqual(decodeAppRecord(bytesOf('appRecord')), app)
})
