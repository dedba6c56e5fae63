import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type KeyType, keyRoom, writeKey } from '../../src/core/key-types.ts'
import { limits } from '../../src/core/limits.ts'
import type { ExtractOptions } from '../../src/extract/extractor.ts'
import { homeOf } from '../extract/frame-model.ts'
import { recordSpan } from '../extract/record-span.ts'
import { type Create, hashOf, options, readFrame, readLines } from '../extract/rows.ts'

const small = { columnFrames: 64 }
const latin1 = (text: string) => Buffer.from(text, 'latin1')

/** What every extractor makes of the values of `by`. */
export function groupsConformance(create: Create): void {
  const grouped = (by: string[], groupPartitions = 16) =>
    create({ ...options, by, groupPartitions }, small)
  const frame = (rest: string) => `{"ts":1,"uid":"a",${rest}}`
  const text = (by: string[], of: string | Uint8Array) => {
    const extractor = grouped(by)
    assert.equal(readFrame(extractor, of).verdict, 'counted')
    return extractor.groups.text(extractor.columns.group[0]!)
  }

  it('has the one group null when nothing groups', () => {
    for (const wanted of [options, { ...options, by: [] }]) {
      const extractor = create({ ...wanted, groupPartitions: 7 }, small)
      for (let i = 0; i < 2; i++) {
        assert.equal(extractor.groups.size, 1)
        assert.equal(extractor.groups.text(0), 'null')
        assert.equal(extractor.groups.partition(0), homeOf(Buffer.from('null'), 7))
        assert.ok(!extractor.groups.isOther(0))
        extractor.groups.clear()
      }
      readFrame(extractor, frame('"c":1'))
      assert.equal(extractor.columns.group[0], 0)
    }
  })

  it('makes the values an array in the order asked for, wherever they stand', () => {
    assert.equal(text(['c', 'd'], frame('"c":"CH","d":7')), '["CH",7]')
    assert.equal(text(['d', 'c'], frame('"c":"CH","d":7')), '[7,"CH"]')
    assert.equal(
      text(['d', 'c'], '{"d":true,"uid":"a","x":{"c":1},"ts":1,"c":"CH"}'),
      '[true,"CH"]'
    )
    assert.equal(text(['c', 'c'], frame('"c":false')), '[false,false]')
    assert.equal(text(['c', 'u.d'], frame('"u":{"c":1,"d":"x"}')), '[null,"x"]')
    assert.equal(text(['uid', 'ts'], frame('"c":1')), '["a",1]')
  })

  it('takes missing and null as null, and the first of duplicates', () => {
    assert.equal(text(['c', 'd'], frame('"c":null')), '[null,null]')
    assert.equal(text(['c'], frame('"c":null,"c":"CH"')), '[null]')
    assert.equal(text(['c'], frame('"c":"","c":"CH"')), '[""]')
    const extractor = grouped(['c'])
    readLines(extractor, `${frame('"c":"x"')}\n${frame('"d":"x"')}\n`)
    const [first, second] = extractor.columns.group
    assert.equal(extractor.groups.text(first!), '["x"]')
    assert.equal(extractor.groups.text(second!), '[null]')
  })

  it('keeps numbers as they are spelled', () => {
    for (const number of ['1', '1.0', '-0', '1e3', '1E+3', '0.10', '12345678901234567890']) {
      assert.equal(text(['c'], frame(`"c":${number}`)), `[${number}]`)
      assert.equal(text(['c'], frame(`"c":"${number}"`)), `["${number}"]`)
    }
  })

  it('spells a string one way, however the frame does', () => {
    const extractor = grouped(['c'])
    const spellings = [
      '"Zürich/\\"\\\\"',
      '"Z\\u00fcrich\\/\\u0022\\u005c"',
      '"\\u005aürich/\\"\\\\"'
    ]
    for (const c of spellings) readFrame(extractor, frame(`"c":${c}`))
    assert.equal(extractor.groups.size, 1)
    assert.equal(extractor.groups.text(0), JSON.stringify(['Zürich/"\\']))
    const control = '\b\f\n\r\t\u0000\u001f\u007f\u2028'
    assert.equal(text(['c'], frame(`"c":${JSON.stringify(control)}`)), JSON.stringify([control]))
  })

  it('makes U+FFFD of what is no UTF-8', () => {
    const bytes = (c: string) =>
      Buffer.concat([latin1('{"ts":1,"uid":"a","c":"'), latin1(c), latin1('"}')])
    assert.equal(text(['c'], bytes('\xff')), '["\ufffd"]')
    assert.equal(text(['c'], bytes('\xe2\x82x')), '["\ufffdx"]')
    assert.equal(text(['c'], bytes('\xe2\x82\\u0041')), '["\ufffdA"]')
    assert.equal(text(['c'], bytes('\xed\xa0\x80')), '["\ufffd\ufffd\ufffd"]')
    assert.equal(text(['c'], frame('"c":"\\ud83d"')), '["\ufffd"]')
    const extractor = grouped(['c'])
    for (const c of ['\xff', '\xfe', '\\ud83d', '\xef\xbf\xbd']) readFrame(extractor, bytes(c))
    assert.equal(extractor.groups.size, 1)
    assert.equal(extractor.groups.partition(0), homeOf(Buffer.from('["\ufffd"]'), 16))
  })

  it('does not tell apart what is too long, an object or an array', () => {
    const extractor = grouped(['c', 'd'])
    const read = (rest: string) => {
      assert.equal(readFrame(extractor, frame(rest)).verdict, 'counted')
      const id = extractor.columns.group[0]!
      return { id, text: extractor.groups.text(id), home: extractor.groups.partition(id) }
    }
    const longest = 'x'.repeat(limits.groupBytesMax - '["",null]'.length)
    assert.equal(read(`"c":"${longest}"`).text, `["${longest}",null]`)
    for (const [rest, begin] of [
      [`"c":"${longest}x"`, `["${longest}x",null]`],
      [`"c":"${longest}x","d":12345`, `["${longest}x",12345]`],
      [`"c":"${'é'.repeat(200)}"`, `["${'é'.repeat(127)}`],
      [`"c":"\\u00e9${'é'.repeat(4_000)}"`, `["${'é'.repeat(127)}`],
      [`"c":1${'0'.repeat(300)}`, `[1${'0'.repeat(254)}`],
      ['"c":{"x":1},"d":2', '[{},2]'],
      ['"d":[1],"c":"CH"', '["CH",[]]']
    ] as const) {
      const home = homeOf(Buffer.from(begin).subarray(0, 256), 16)
      const found = read(rest)
      assert.equal(found.text, `{"other":${home}}`, rest.slice(0, 20))
      assert.equal(found.home, home)
      assert.ok(extractor.groups.isOther(found.id))
    }
    assert.ok(!extractor.groups.isOther(read('"c":"{\\"other\\":1}"').id))
    assert.ok(extractor.groups.size <= 2 + 16)
  })

  it('gives each group one id, in the order they come, until cleared', () => {
    const extractor = grouped(['c'])
    const many = Array.from({ length: 3_000 }, (_, i) => `g${(i * 7) % 1_500}`)
    const check = () => {
      const ids = new Map<string, number>()
      for (const c of many) {
        readFrame(extractor, frame(`"c":"${c}"`))
        const id = extractor.columns.group[0]!
        assert.equal(id, ids.get(c) ?? ids.size)
        ids.set(c, id)
      }
      for (const [c, id] of ids) {
        const expected = JSON.stringify([c])
        assert.equal(extractor.groups.text(id), expected)
        assert.equal(extractor.groups.partition(id), homeOf(Buffer.from(expected), 16))
      }
      assert.equal(extractor.groups.size, 1_500)
    }
    check()
    extractor.groups.clear()
    assert.equal(extractor.groups.size, 0)
    check()
  })
}

/** What every extractor hashes. */
export function keysConformance(create: Create): void {
  const read = (wanted: Partial<ExtractOptions>, frame: string | Uint8Array) =>
    readFrame(create({ ...options, ...wanted }, small), frame)

  it('hashes several fields as an array of their texts', () => {
    const wanted = { key: ['tenant', 'uid'] }
    const hash = (frame: string | Uint8Array) => read(wanted, frame).hash
    assert.equal(hash('{"ts":1,"uid":"u","tenant":"t"}'), hashOf('["t","u"]'))
    assert.equal(hash('{"tenant":7,"ts":1,"uid":true}'), hashOf('["7","true"]'))
    assert.equal(hash('{"tenant":"7","ts":1,"uid":"true"}'), hashOf('["7","true"]'))
    assert.equal(
      hash('{"tenant":"\\u0074\\"\\n","ts":1,"uid":"\\ud83d\\ude00é\\ud83d"}'),
      hashOf('["t\\"\\n","😀é\ufffd"]')
    )
    // Bytes that are not UTF-8 stay what they are, as in a single key.
    const raw = latin1('{"ts":1,"uid":"\xff","tenant":"\xe2\\u0041"}')
    assert.equal(hash(raw), hashOf(latin1('["\xe2A","\xff"]')))
    assert.notEqual(
      hash('{"ts":1,"tenant":"a\\",\\"b","uid":"c"}'),
      hash('{"ts":1,"tenant":"a","uid":"b\\",\\"c"}')
    )
  })

  it('takes one field in a list as that field', () => {
    assert.equal(read({ key: ['uid'] }, '{"ts":1,"uid":"u"}').hash, hashOf('u'))
    const extractor = create({ key: ['@key'], time: 'ts' }, small)
    extractor.beginRecords(recordSpan([{ key: 'k', value: '{"ts":1}' }]))
    extractor.records()
    assert.equal(extractor.columns.h1lo[0], Number(hashOf('k').split(',')[0]))
  })

  it('needs every part of a key', () => {
    const verdict = (frame: string) => read({ key: ['t', 'u.id'] }, frame).verdict
    assert.equal(verdict('{"ts":1,"t":"x","u":{"id":1}}'), 'counted')
    assert.equal(verdict('{"ts":1,"t":"x"}'), 'no-key')
    assert.equal(verdict('{"ts":1,"t":null,"u":{"id":1}}'), 'no-key')
    assert.equal(verdict('{"ts":1,"t":"","u":{"id":1}}'), 'no-key')
    assert.equal(verdict('{"ts":1,"t":[],"u":{"id":null}}'), 'bad-key')
    assert.equal(verdict('{"ts":1,"t":null,"u":{"id":[]}}'), 'no-key')
    assert.equal(verdict('{"t":null,"u":{"id":1}}'), 'no-key')
  })

  it('takes a composite key up to the limit of a key', () => {
    const verdict = (length: number, filler = 'x') =>
      read({ key: ['t', 'uid'] }, `{"ts":1,"uid":"u","t":"${filler.repeat(length)}"}`).verdict
    const longest = limits.keyBytesMax - '["","u"]'.length
    assert.equal(verdict(longest), 'counted')
    assert.equal(verdict(longest + 1), 'bad-key')
    assert.equal(verdict(longest + 9), 'bad-key')
    assert.equal(verdict(limits.keyBytesMax * 2), 'bad-key')
    assert.equal(verdict(longest - 1, '\\u0061'), 'counted')
    assert.equal(verdict(longest + 1, '\\u0061'), 'bad-key')
    assert.equal(verdict(limits.keyBytesMax * 2, '\\u0061'), 'bad-key')
    assert.equal(verdict(limits.keyBytesMax / 2, '\\u0001'), 'bad-key')
  })

  it('hashes a key as its type has it', () => {
    const typed = (keyType: KeyType, key: string) => {
      const out = new Uint8Array(keyRoom(key.length * 4))
      const bytes = Buffer.from(key)
      return hashOf(out.subarray(0, writeKey(keyType, bytes, 0, bytes.length, out)))
    }
    for (const [keyType, json, key] of [
      ['int64', '42', '42'],
      ['int64', '"-42"', '-42'],
      ['int64', '"\\u0034\\u0032"', '42'],
      ['float64', '1.5', '1.5'],
      ['float64', '1.50', '1.5'],
      ['float64', '"1e300"', '1e300'],
      ['utf16', '"a1"', 'a1'],
      ['utf16', '"\\u00e9😀"', 'é😀'],
      ['utf16', '12', '12'],
      ['utf8', '"a1"', 'a1']
    ] as const) {
      assert.equal(read({ keyType }, `{"ts":1,"uid":${json}}`).hash, typed(keyType, key), json)
    }
  })

  it('refuses a key that is not of its type', () => {
    const verdict = (keyType: KeyType, key: string) =>
      read({ keyType }, `{"ts":1,"uid":${key}}`).verdict
    for (const key of ['"a"', '1.0', 'true', '"9223372036854775808"', '1e3']) {
      assert.equal(verdict('int64', key), 'bad-key', key)
    }
    for (const key of ['"a"', 'false', '"0x1"', '" 1"'])
      assert.equal(verdict('float64', key), 'bad-key')
    for (const keyType of ['int64', 'float64', 'utf16'] as const) {
      assert.equal(verdict(keyType, '""'), 'no-key')
      assert.equal(verdict(keyType, 'null'), 'no-key')
      assert.equal(verdict(keyType, '{}'), 'bad-key')
    }
    const longest = 'k'.repeat(limits.keyBytesMax)
    assert.equal(verdict('utf16', `"${longest}"`), 'counted')
    assert.equal(verdict('utf16', `"${longest}k"`), 'bad-key')
  })

  it('reads the record’s own key as its type has it', () => {
    const extractor = create({ key: '@key', time: '@timestamp', keyType: 'int64' }, small)
    const records = ['7', 'x', '', null].map(key => ({ key, value: '' }))
    extractor.beginRecords(recordSpan(records))
    extractor.records()
    assert.deepEqual([...extractor.columns.verdict.subarray(0, 4)], [0, 5, 4, 4])
  })
}
