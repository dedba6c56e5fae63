import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { isFailure } from '../../src/core/errors.ts'
import { limits } from '../../src/core/limits.ts'
import type { Extractor, Records } from '../../src/extract/extractor.ts'
import { recordSpan, type TestRecord, zigzag } from '../extract/record-span.ts'
import { type Create, hashOf, options, type Row, rowsOf } from '../extract/rows.ts'

const frame = '{"ts":1468244384,"uid":"a1"}'

function readRecords(extractor: Extractor, batch: Records): Row[] {
  const rows: Row[] = []
  extractor.beginRecords(batch)
  while (extractor.records()) rows.push(...rowsOf(extractor.columns, batch.bytes))
  return rows
}

/** What every extractor does with the records of a batch. */
export function recordsConformance(create: Create): void {
  const read = (records: TestRecord[], batch: Partial<Records> = {}, wanted = options) =>
    readRecords(create(wanted), recordSpan(records, batch))
  const verdictOf = (value: TestRecord['value']) => read([{ value }])[0]!.verdict
  const damaged = (batch: Records) => {
    const extractor = create(options)
    assert.throws(
      () => readRecords(extractor, batch),
      error => isFailure(error, 'format-damaged')
    )
    assert.equal(extractor.records(), false)
  }

  it('reads offset, record time, key, value and span of each record', () => {
    const rows = read(
      [
        {
          value: frame,
          timeDelta: -5,
          headers: [
            ['trace', 'x'],
            ['empty', null]
          ]
        },
        { value: 'bad', offsetDelta: 7, timeDelta: 300_000, key: 'k' }
      ],
      { baseOffset: 2 ** 40 }
    )
    const counted = { time: 1_468_244_384_000, hash: hashOf('a1') }
    assert.deepEqual(rows, [
      { verdict: 'counted', offset: 2 ** 40, recordTime: 1_468_244_383_995, ...counted, frame },
      { verdict: 'bad-json', offset: 2 ** 40 + 7, recordTime: 1_468_244_684_000, frame: 'bad' }
    ])
  })

  it('leaves out records before the first wanted offset', () => {
    const records = Array.from({ length: 5 }, () => ({ value: frame }))
    const rows = read(records, { baseOffset: 10, fromOffset: 13 })
    assert.deepEqual(
      rows.map(row => row.offset),
      [13, 14]
    )
    assert.deepEqual(read(records, { baseOffset: 10, fromOffset: 15 }), [])
    assert.deepEqual(read([]), [])
  })

  it('goes on where full columns stopped', () => {
    const extractor = create(options, { columnFrames: 2 })
    const records = Array.from({ length: 5 }, () => ({ value: frame }))
    const rows = readRecords(extractor, recordSpan(records))
    assert.deepEqual(
      rows.map(row => row.offset),
      [0, 1, 2, 3, 4]
    )
    assert.equal(extractor.records(), false)
  })

  it('takes the append time of the broker for all, and no negative time', () => {
    const times = (batch: Partial<Records>) =>
      read([{ value: frame }, { value: frame, timeDelta: 2 }], batch).map(row => row.recordTime)
    assert.deepEqual(times({ logAppendTime: true, maxTime: 77 }), [77, 77])
    assert.deepEqual(times({ logAppendTime: true, maxTime: -1 }), [Number.NaN, Number.NaN])
    assert.deepEqual(times({ baseTime: -1 }), [Number.NaN, 1])
    const far = read([{ value: frame, timeDelta: -(2 ** 62) }])
    assert.ok(Number.isNaN(far[0]!.recordTime))
  })

  it('tells tombstones, empty and too long values apart', () => {
    assert.equal(verdictOf(null), 'tombstone')
    assert.equal(verdictOf(''), 'bad-json')
    const rows = readRecords(
      create(options, { frameBytes: frame.length }),
      recordSpan([{ value: frame }, { value: `${frame}x` }])
    )
    assert.deepEqual(
      rows.map(row => row.verdict),
      ['counted', 'too-long']
    )
    assert.equal(rows[1]!.frame, frame)
  })

  it('passes over a schema id before JSON, and names it before anything else', () => {
    const framed = (rest: string) => Buffer.from(`\0\0\0\x12\x34${rest}`, 'latin1')
    assert.equal(verdictOf(framed(frame)), 'counted')
    assert.equal(verdictOf(framed(` \n${frame}`)), 'counted')
    assert.equal(verdictOf(framed('{"ts":1}')), 'no-key')
    for (const rest of ['', ' ', '\x02a1', '[1]']) {
      assert.equal(verdictOf(framed(rest)), 'confluent-framing')
    }
    assert.equal(verdictOf('\0\0\0\0'), 'bad-json')
    assert.equal(verdictOf(`\ufeff${frame}`), 'counted')
  })

  it('takes the key of the record when asked', () => {
    const key = { key: '@key', time: 'ts' }
    const [row] = read([{ key: Buffer.from([255, 0]), value: '{"ts":1}' }], {}, key)
    assert.equal(row!.hash, hashOf(Buffer.from([255, 0])))
    const verdict = (recordKey: TestRecord['key'], value = '{"ts":1}') =>
      read([{ key: recordKey!, value }], {}, key)[0]!.verdict
    assert.equal(verdict(null), 'no-key')
    assert.equal(verdict(''), 'no-key')
    assert.equal(verdict(Buffer.alloc(limits.keyBytesMax)), 'counted')
    assert.equal(verdict(Buffer.alloc(limits.keyBytesMax + 1)), 'bad-key')
    assert.equal(verdict('k', '{"ts":'), 'bad-json')
    assert.equal(verdict('k', '{}'), 'no-time')
  })

  it('takes the time of the record when asked', () => {
    const wanted = { key: 'uid', time: '@timestamp' }
    const read1 = (batch: Partial<Records>) => read([{ value: '{"uid":"a"}' }], batch, wanted)[0]!
    assert.equal(read1({ baseTime: 5 }).time, 5)
    assert.equal(read1({ baseTime: -1 }).verdict, 'no-time')
    assert.equal(read1({ baseTime: 2 ** 48 }).verdict, 'bad-time')
  })

  it('looks at no value when key and time are the record’s', () => {
    const wanted = { key: '@key', time: '@timestamp' }
    const values = ['', 'not JSON', '\0\0\0\0\x01avro', null]
    const rows = read(
      values.map(value => ({ key: 'k', value })),
      {},
      wanted
    )
    assert.deepEqual(
      rows.map(row => row.verdict),
      ['counted', 'counted', 'counted', 'tombstone']
    )
  })

  it('keeps nothing of the record before', () => {
    const wanted = { key: '@key', time: '@timestamp' }
    const rows = read([{ key: 'k', value: '' }, { value: '' }, { key: '', value: '' }], {}, wanted)
    assert.deepEqual(
      rows.map(row => row.verdict),
      ['counted', 'no-key', 'no-key']
    )
  })

  it('refuses records that leave their bounds or do not fill them', () => {
    const span = recordSpan([{ key: 'k', value: frame, headers: [['h', 'v']] }])
    for (let end = span.start; end < span.end; end++) damaged({ ...span, end })
    damaged({ ...span, end: span.end + 1 })
    damaged({ ...span, count: 2 })
    damaged({ ...span, count: 0 })
    damaged({ ...span, count: -1 })
    damaged(recordSpan([{ value: frame, offsetDelta: -1 }]))
    const record = (...parts: (number | Buffer)[]) => {
      const bytes = Buffer.concat(
        parts.map(part => (typeof part === 'number' ? zigzag(part) : part))
      )
      return { ...recordSpan([]), bytes, start: 0, end: bytes.length, count: 1 }
    }
    damaged(record(-1, Buffer.alloc(9)))
    damaged(record(2 ** 40, Buffer.alloc(9)))
    damaged(record(6, Buffer.from([0]), 0, 0, -2, -1, 0))
    damaged(record(6, Buffer.from([0]), 0, 0, -1, -1, -1))
    damaged(record(8, Buffer.from([0]), 0, 0, -1, -1, 1, -1, -1))
    damaged(record(7, Buffer.from([0]), 0, 0, -1, -1, 0, 0))
    const rest = [Buffer.from([0]), 0, 0, -1, -1, 0]
    damaged({ ...record(7, ...rest, 6, ...rest), count: 2 })
    // A length of six bytes, one more than 32 bits need.
    damaged(record(Buffer.from([0x8c, 0x80, 0x80, 0x80, 0x80, 0]), ...rest))
  })

  it('gives rows before the damage', () => {
    const span = recordSpan([{ value: frame }, { value: frame }])
    const extractor = create(options)
    extractor.beginRecords({ ...span, end: span.end - 1 })
    assert.throws(() => extractor.records())
    assert.equal(extractor.columns.count, 1)
  })

  it('gives rows or format-damaged for any bytes', () => {
    const extractor = create(options, { columnFrames: 3 })
    const small = fc.integer({ min: -2, max: 9 }).map(zigzag)
    const bytes = fc.array(fc.oneof(small, fc.uint8Array({ maxLength: 4 })), { maxLength: 40 })
    fc.assert(
      fc.property(bytes, fc.nat(5), (parts, count) => {
        const all = Buffer.concat(parts)
        const batch = { ...recordSpan([]), bytes: all, start: 0, end: all.length, count }
        try {
          assert.equal(readRecords(extractor, batch).length, count)
        } catch (error) {
          assert.ok(isFailure(error, 'format-damaged'), String(error))
        }
      }),
      { numRuns: 500 }
    )
  })

  it('survives flipped bits in good records', () => {
    const extractor = create(options)
    const span = recordSpan([
      { value: frame, key: 'k', headers: [['h', 'v']] },
      { value: null, timeDelta: 1e6 },
      { value: frame, offsetDelta: 900 }
    ])
    for (let bit = span.start * 8; bit < span.end * 8; bit++) {
      const bytes = Buffer.from(span.bytes)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      try {
        assert.equal(readRecords(extractor, { ...span, bytes }).length, 3)
      } catch (error) {
        assert.ok(isFailure(error, 'format-damaged'), String(error))
      }
    }
  })
}
