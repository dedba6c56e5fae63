import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { isFailure } from '../../src/core/errors.ts'
import { limits } from '../../src/core/limits.ts'
import { FILTERED } from '../../src/extract/columns.ts'
import type { ExtractOptions } from '../../src/extract/extractor.ts'
import { rawBytesArbitrary } from '../extract/frame-arbitrary.ts'
import { modelArbitrary, optionsArbitrary, textOf, worthOf } from '../extract/frame-model.ts'
import { recordSpan } from '../extract/record-span.ts'
import { type Create, hashOf, options, readFrame, readLines } from '../extract/rows.ts'

const small = { columnFrames: 64 }

/** What every extractor does with paths, conditions and several fields at once. */
export function fieldsConformance(create: Create): void {
  const verdict = (wanted: ExtractOptions, frame: string | Uint8Array) =>
    readFrame(create(wanted, small), frame).verdict

  it('finds what a frame was made of, for any fields and conditions', () => {
    fc.assert(
      fc.property(
        fc.array(modelArbitrary, { minLength: 1, maxLength: 6 }),
        optionsArbitrary,
        (frames, wanted) => {
          const extractor = create(wanted, small)
          const groups = new Set<string>()
          for (const members of frames) {
            const expected = worthOf(members, wanted)
            const frame = textOf(members)
            assert.equal(readFrame(extractor, frame).verdict, expected.verdict, frame)
            const { columns } = extractor
            const isCounted = expected.verdict === 'counted'
            if (!isCounted && expected.verdict !== 'filtered') continue
            assert.equal(columns.time[0], expected.time ?? Number.NaN, frame)
            const hash = [columns.h1lo, columns.h1hi, columns.h2lo, columns.h2hi].map(h => h[0])
            assert.equal(hash.join(), expected.key === undefined ? '0,0,0,0' : hashOf(expected.key))
            if (!isCounted) continue
            groups.add(expected.group)
            const id = columns.group[0]!
            assert.equal(extractor.groups.text(id), expected.group, frame)
            assert.equal(extractor.groups.partition(id), expected.home, frame)
          }
          assert.equal(extractor.groups.size, wanted.by?.length === 0 ? 1 : groups.size)
        }
      ),
      { numRuns: 800 }
    )
  })

  it('gives rows for any bytes, whatever is wanted, and the same ones again', () => {
    fc.assert(
      fc.property(rawBytesArbitrary, optionsArbitrary, (bytes, wanted) => {
        const extractor = create(wanted, small)
        const rows = readLines(extractor, bytes)
        assert.ok(extractor.groups.size <= rows.length + 1)
        assert.deepEqual(readLines(create(wanted, { columnFrames: 2 }), bytes, [7, 30]), rows)
      }),
      { numRuns: 500 }
    )
  })

  it('calls nothing damaged that is JSON, and nothing short of a key that is not', () => {
    const cut = fc.record({
      at: fc.nat(400),
      remove: fc.nat(3),
      insert: fc.constantFrom(...'" \\ { } [ ] , : 1 x'.split(' '))
    })
    fc.assert(
      fc.property(modelArbitrary, optionsArbitrary, cut, (members, wanted, change) => {
        const whole = textOf(members)
        const at = change.at % whole.length
        const frame = whole.slice(0, at) + change.insert + whole.slice(at + change.remove)
        // A blank line is no frame.
        if (frame.trim() === '') return
        const found = verdict(wanted, frame)
        const isJson = parsesAsObject(frame)
        if (isJson) assert.notEqual(found, 'bad-json', frame)
        if (found === 'no-key' || found === 'no-time') {
          // Unless it says itself that there is none.
          assert.ok(isJson || /null|""/.test(frame), frame)
        }
      }),
      { numRuns: 600 }
    )
  })

  it('reads a field below an object, and only there', () => {
    const nested = { key: 'user.id', time: 'ts' }
    const hash = (frame: string) => readFrame(create(nested, small), frame).hash
    assert.equal(hash('{"ts":1,"user":{"x":{"id":"n"},"id":"a"}}'), hashOf('a'))
    assert.equal(hash('{"id":"t","user.id":"d","\\u0075ser":{"i\\u0064":"a"},"ts":1}'), hashOf('a'))
    assert.equal(hash(' { "user" : { "id" : "a" , "y" : [ } , "ts" : 1 } '), undefined)
    for (const user of ['{}', 'null', '"id"', '[{"id":"a"}]', '{"x":{"id":"a"}}', '7']) {
      assert.equal(verdict(nested, `{"ts":1,"user":${user},"z":1}`), 'no-key', user)
      // It is the first `user` that counts.
      assert.equal(verdict(nested, `{"ts":1,"user":${user},"user":{"id":"a"}}`), 'no-key', user)
    }
    assert.equal(hash('{"user":{"id":"a","id":"b"},"user":{"id":"c"},"ts":1}'), hashOf('a'))
    assert.equal(verdict(nested, '{"ts":1,"user":{"id":{}}}'), 'bad-key')
    for (const user of ['{"x" 1,"id":"a"}', '{,}', '{"x":1,}', '{"x":"a"', '{"id":tru}']) {
      assert.equal(verdict(nested, `{"ts":1,"user":${user}}`), 'bad-json', user)
    }
  })

  it('reads an object’s fields and the object itself', () => {
    const both = { key: 'user.id', time: 'user.at', by: ['user', 'user.id'], groupPartitions: 1 }
    const extractor = create(both, small)
    assert.equal(readFrame(extractor, '{"user":{"at":1,"id":"a"}}').verdict, 'counted')
    assert.equal(extractor.groups.text(0), '{"other":0}')
  })

  it('takes a name with a dot, and names like those of a record, with a backslash', () => {
    const wanted = { key: 'user\\.id', time: '\\@timestamp' }
    const row = readFrame(
      create(wanted, small),
      '{"user":{"id":"n"},"user.id":"a","@timestamp":"2016-07-11T13:39:44Z"}'
    )
    assert.equal(row.hash, hashOf('a'))
    assert.equal(row.time, 1_468_244_384_000)
  })

  it('leaves out what a condition does not take, before the key and the time are judged', () => {
    const wanted = { ...options, where: [{ field: 'c', value: 'CH' }] }
    const frame = (rest: string) => `{"ts":1,"uid":"a",${rest}}`
    assert.equal(verdict(wanted, frame('"c":"CH"')), 'counted')
    assert.equal(verdict(wanted, frame('"c":"\\u0043H"')), 'counted')
    for (const rest of ['"c":"DE"', '"c":"ch"', '"c":""', '"c":["CH"]', '"c":null', '"d":"CH"']) {
      assert.equal(verdict(wanted, frame(rest)), 'filtered', rest)
    }
    assert.equal(verdict(wanted, frame('"c":"DE","c":"CH"')), 'filtered')
    assert.equal(verdict(wanted, '{"c":"DE","uid":{},"ts":"noon"}'), 'filtered')
    assert.equal(verdict(wanted, '{"c":"CH","uid":{},"ts":"noon"}'), 'bad-key')
    assert.equal(verdict(wanted, '{"c":"DE"}'), 'filtered')
    assert.equal(verdict(wanted, '{"c":"DE"'), 'bad-json')
    assert.equal(verdict(wanted, '{"c":"DE","x":[}]}'), 'bad-json')
    assert.equal(verdict(wanted, '{"c":"DE","uid":"a","ts":1,"x":tru'), 'filtered')
    assert.equal(verdict(wanted, frame('"x":1')), 'filtered')
    assert.equal(verdict(wanted, '{"ts":1,"uid":"a","x":1'), 'bad-json')
    assert.equal(verdict(wanted, '{"ts":1,"uid":"a","x":1} x'), 'bad-json')
  })

  it('compares a condition with the text of numbers, booleans and null', () => {
    const takes = (value: string, frame: string) =>
      verdict({ ...options, where: [{ field: 'c', value }] }, frame) === 'counted'
    const frame = (c: string) => `{"ts":1,"uid":"a","c":${c}}`
    for (const word of ['200', '-1.50', 'true', 'false', 'null']) {
      assert.ok(takes(word, frame(word)), word)
      assert.ok(takes(word, frame(`"${word}"`)), word)
    }
    assert.ok(!takes('200', frame('200.0')))
    assert.ok(takes('null', '{"ts":1,"uid":"a"}'))
    assert.ok(takes('', frame('""')))
    assert.ok(takes('ключ', frame('"\\u043a\\u043bюч"')))
  })

  it('wants every condition to hold', () => {
    const where = [
      { field: 'c', value: 'CH' },
      { field: 'user.id', value: '7' }
    ]
    const wanted = { ...options, where }
    assert.equal(verdict(wanted, '{"ts":1,"uid":"a","c":"CH","user":{"id":7}}'), 'counted')
    assert.equal(verdict(wanted, '{"ts":1,"uid":"a","c":"CH","user":{"id":8}}'), 'filtered')
    assert.equal(verdict(wanted, '{"ts":1,"uid":"a","user":{"id":7}}'), 'filtered')
  })

  it('keeps time and hash of a frame that is left out, as far as it has them', () => {
    const extractor = create({ ...options, where: [{ field: 'c', value: 'x' }] }, small)
    const read = (frame: string) => {
      assert.equal(readFrame(extractor, frame).verdict, 'filtered')
      const { columns } = extractor
      return [columns.verdict[0], columns.time[0], columns.h1lo[0], columns.h2hi[0]]
    }
    const [h1lo, , , h2hi] = hashOf('a').split(',').map(Number)
    assert.deepEqual(read('{"ts":1,"uid":"a","c":1}'), [FILTERED, 1_000, h1lo, h2hi])
    assert.deepEqual(read('{"uid":"a","c":1}'), [FILTERED, Number.NaN, h1lo, h2hi])
    assert.deepEqual(read('{"ts":1,"uid":[],"c":1}'), [FILTERED, 1_000, 0, 0])
  })

  it('looks at the value of a record as soon as a field of it is wanted', () => {
    const wanted = { key: '@key', time: '@timestamp', where: [{ field: 'c', value: 'x' }] }
    const extractor = create(wanted, small)
    const records = ['{"c":"x"}', '{"c":"y"}', 'x', null].map(value => ({ key: 'k', value }))
    extractor.beginRecords(recordSpan(records))
    assert.ok(extractor.records())
    assert.deepEqual([...extractor.columns.verdict.subarray(0, 4)], [0, 9, 2, 1])
    assert.equal(extractor.columns.h1lo[1], Number(hashOf('k').split(',')[0]))
  })

  it('says whose time the records have', () => {
    const extractor = create(options, small)
    const records = [{ value: '{}' }]
    for (const logAppendTime of [true, false]) {
      extractor.beginRecords(recordSpan(records, { logAppendTime }))
      assert.ok(extractor.records())
      assert.equal(extractor.columns.logAppendTime, logAppendTime)
    }
    extractor.beginRecords(recordSpan(records, { logAppendTime: true }))
    extractor.records()
    readFrame(extractor, '{}')
    assert.equal(extractor.columns.logAppendTime, false)
  })

  it('refuses fields that cannot be, before it reads', () => {
    const refused = (wanted: Partial<ExtractOptions>, code: Parameters<typeof isFailure>[1]) =>
      assert.throws(
        () => create({ ...options, ...wanted }, small),
        error => isFailure(error, code!)
      )
    for (const path of ['a.b.c', '', '.a', 'a.', 'a..b', '@key']) {
      refused({ by: [path] }, 'field-path')
      refused({ where: [{ field: path, value: 'x' }] }, 'field-path')
      refused({ key: ['uid', path] }, 'field-path')
    }
    refused({ time: 'a.b.c' }, 'field-path')
    refused({ by: ['a', 'b', 'c', 'd', 'e'] }, 'field-count')
    refused({ key: ['a', 'b', 'c', 'd', 'e'] }, 'field-count')
    refused({ where: Array.from({ length: 9 }, () => ({ field: 'a', value: '' })) }, 'field-count')
    refused({ key: ['uid', 'a'], keyType: 'int64' }, 'option-conflict')
  })

  it('bounds what a call adds to the groups', () => {
    const extractor = create({ ...options, by: ['g'] }, { columnFrames: 10 })
    const lines = Array.from(
      { length: 30 },
      (_, i) => `{"ts":1,"uid":"a","g":"${'g'.repeat(i)}"}\n`
    )
    const bytes = Buffer.from(lines.join(''))
    let at = 0
    for (let call = 1; call <= 3; call++) {
      at = extractor.lines(bytes, at, bytes.length, true)
      assert.equal(extractor.groups.size, call * 10)
    }
    const long = `{"ts":1,"uid":"a","g":"${'g'.repeat(limits.groupBytesMax)}"}`
    readFrame(extractor, long)
    assert.equal(extractor.groups.size, 31)
    assert.equal(extractor.groups.text(30), '{"other":0}')
  })
}

function parsesAsObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
