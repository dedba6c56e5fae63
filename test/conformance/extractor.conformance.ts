import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { limits } from '../../src/core/limits.ts'
import type { Verdict } from '../../src/extract/columns.ts'
import { frameOf, membersArbitrary, rawBytesArbitrary } from '../extract/frame-arbitrary.ts'
import { badFrames, goodFrames, timeValues } from '../extract/frame-examples.ts'
import { type Create, hashOf, options, readFrame, readLines, rowsOf } from '../extract/rows.ts'
import { fieldsConformance } from './extractor-fields.conformance.ts'
import { groupsConformance, keysConformance } from './extractor-groups.conformance.ts'
import { recordsConformance } from './extractor-records.conformance.ts'

/** What every extractor does, whatever it is made of. */
export function extractorConformance(name: string, create: Create): void {
  describe(`${name}: frames`, () => framesConformance(create))
  describe(`${name}: lines`, () => linesConformance(create))
  describe(`${name}: records`, () => recordsConformance(create))
  describe(`${name}: fields`, () => fieldsConformance(create))
  describe(`${name}: groups`, () => groupsConformance(create))
  describe(`${name}: keys`, () => keysConformance(create))
}

function framesConformance(create: Create): void {
  for (const [what, frame, key, time] of goodFrames) {
    it(`counts ${what}`, () => {
      const row = readFrame(create(options), frame)
      assert.equal(row.verdict, 'counted')
      assert.equal(row.time, time ?? 1_468_244_384_000)
      assert.equal(row.hash, hashOf(key))
    })
  }

  for (const [what, frame, verdict] of badFrames) {
    it(`${verdict}: ${what}`, () => {
      assert.equal(readFrame(create(options), frame).verdict, verdict)
      // What lies behind a frame must not complete it.
      for (const behind of [' ', ',', '"', '}', '"}', ',"uid":"z","ts":2}']) {
        const lines = readLines(create(options), `${frame}\n${behind}\n`)
        assert.equal(lines[0]!.verdict, verdict)
        const bytes = Buffer.from(`${frame}${behind}`)
        const end = bytes.length - behind.length
        assert.equal(readLines(create(options), bytes.subarray(0, end))[0]!.verdict, verdict)
      }
    })
  }

  it('reads times in every form', () => {
    const extractor = create(options)
    for (const [value, expected] of timeValues) {
      for (const frame of [`{"ts":${value},"uid":"u"}`, `{ "uid" : "u" , "ts" : ${value} }`]) {
        const row = readFrame(extractor, frame)
        if (typeof expected === 'string') assert.equal(row.verdict, expected, frame)
        else assert.equal(row.time, expected, frame)
      }
    }
  })

  it('takes the first of duplicate members, whatever lies around them', () => {
    const extractor = create(options)
    fc.assert(
      fc.property(membersArbitrary, members => {
        const key = members.find(member => member.name === 'uid')
        const time = members.find(member => member.name === 'ts')
        let verdict: Verdict = 'counted'
        if (key?.hashed === undefined) verdict = key?.verdict ?? 'no-key'
        else if (time?.time === undefined) verdict = time?.verdict ?? 'no-time'
        const row = readFrame(extractor, frameOf(members))
        assert.equal(row.verdict, verdict)
        if (verdict !== 'counted') return
        assert.equal(row.hash, hashOf(key!.hashed!))
        assert.equal(row.time, time!.time)
      }),
      { numRuns: 400 }
    )
  })

  it('takes names that need escapes or are not ASCII', () => {
    for (const key of ['a"b', 'tab\t', 'ключ', '😀', 'n'.repeat(99), '__proto__', 'a\\b']) {
      const extractor = create({ key, time: 'ts' })
      assert.equal(readFrame(extractor, JSON.stringify({ ts: 1, [key]: 'u' })).hash, hashOf('u'))
      const escaped = [...Buffer.from(key, 'utf16le').swap16().toString('hex').matchAll(/.{4}/g)]
      const name = escaped.map(([code]) => `\\u${code}`).join('')
      assert.equal(readFrame(extractor, `{"ts":1,"${name}":"v"}`).hash, hashOf('v'))
    }
  })

  it('reads one field as key and as time', () => {
    const row = readFrame(create({ key: 'ts', time: 'ts' }), '{"a":{},"ts":1468244384}')
    assert.equal(row.time, 1_468_244_384_000)
    assert.equal(row.hash, hashOf('1468244384'))
  })

  it('takes keys up to their limit, escaped or not', () => {
    const extractor = create(options)
    const longest = 'k'.repeat(limits.keyBytesMax)
    const verdict = (key: string) => readFrame(extractor, `{"ts":1,"uid":${key}}`).verdict
    assert.equal(verdict(`"${longest}"`), 'counted')
    assert.equal(verdict(`"${longest}k"`), 'bad-key')
    assert.equal(verdict(`"${longest.slice(1)}\\u006b"`), 'counted')
    assert.equal(verdict(`"${longest}\\u006b"`), 'bad-key')
    assert.equal(verdict(`1${longest.replaceAll('k', '0')}`), 'bad-key')
  })

  it('is not impressed by deep nesting', () => {
    const extractor = create(options)
    const many = 1_000_000
    const deep = `{"a":${'['.repeat(many)}${']'.repeat(many)}`
    assert.equal(readFrame(extractor, '['.repeat(many)).verdict, 'bad-json')
    assert.equal(readFrame(extractor, `{"a":${'['.repeat(many)}`).verdict, 'bad-json')
    assert.equal(readFrame(extractor, '{"a":'.repeat(many)).verdict, 'bad-json')
    assert.equal(readFrame(extractor, `${deep},"uid":"u","ts":1}`).verdict, 'counted')
    assert.equal(readFrame(extractor, `${deep}}`).verdict, 'bad-json')
    const allowed = limits.jsonDepthMax - 1
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
    assert.equal(readFrame(extractor, nested(allowed)).verdict, 'no-key')
    assert.equal(readFrame(extractor, nested(allowed + 1)).verdict, 'bad-json')
  })

  it('names the top-level fields', () => {
    const extractor = create(options)
    const names = (frame: string) => extractor.fieldNames(Buffer.from(frame), 0, frame.length)
    assert.deepEqual(names('{"a":{"b":1},"\\u0063":[{"d":2}],"a":"e"}'), ['a', 'c'])
    assert.deepEqual(names('{"a":1,"b":"cut'), ['a', 'b'])
    assert.deepEqual(names('{"a":1,"cut'), ['a'])
    for (const none of ['', '[]', '7', '{', '{}', '{,}', '\0\0\0\0\x01']) {
      assert.deepEqual(names(none), [])
    }
    assert.deepEqual(names('\0\0\0\0\x01{"a":1}'), ['a'])
    const many = JSON.stringify(
      Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`f${i}`, i]))
    )
    assert.equal(names(many).length, 50)
    assert.equal(names(`{"${'n'.repeat(5_000)}":1}`)[0]!.length, 200)
  })
}

function linesConformance(create: Create): void {
  const good = (n: number) => `{"ts":146824438${n},"uid":"u${n}"}`
  const verdictsOf = (input: string | Uint8Array, cuts?: number[]) =>
    readLines(create(options), input, cuts).map(row => `${row.offset} ${row.verdict}`)

  it('ends a frame at LF, CRLF or the end, and numbers blank lines without a row', () => {
    const input = `\n${good(1)}\r\n \t\r\n\r\n${good(2)}\n\n${good(3)}`
    assert.deepEqual(verdictsOf(input), ['1 counted', '4 counted', '6 counted'])
    assert.deepEqual(verdictsOf(''), [])
    assert.deepEqual(verdictsOf('\n\r\n'), [])
  })

  it('leaves an unfinished frame until the rest is there', () => {
    const extractor = create(options)
    const input = Buffer.from(`${good(1)}\n${good(2)}`)
    assert.equal(extractor.lines(input, 0, input.length, false), good(1).length + 1)
    assert.equal(extractor.columns.count, 1)
    assert.equal(
      extractor.lines(input, good(1).length + 1, input.length, false),
      good(1).length + 1
    )
    assert.equal(extractor.columns.count, 0)
    assert.equal(extractor.lines(input, good(1).length + 1, input.length, true), input.length)
    assert.equal(extractor.columns.count, 1)
    assert.equal(extractor.nextLine, 2)
  })

  it('finds the end of a frame that began in the call before, behind other frames', () => {
    const extractor = create(options)
    const first = Buffer.from(`1\n22\n${'3'.repeat(40)}\n${good(1).slice(0, 9)}`)
    assert.equal(extractor.lines(first, 0, first.length, false), 46)
    const second = Buffer.from(`${good(1)}\n\n4\n`)
    assert.equal(extractor.lines(second, 0, second.length, false), second.length)
    assert.deepEqual(
      rowsOf(extractor.columns, second).map(row => `${row.offset} ${row.verdict}`),
      ['3 counted', '5 bad-json']
    )
  })

  it('passes over byte order marks, at the start and where files were joined', () => {
    const bom = '\ufeff'
    assert.deepEqual(verdictsOf(`${bom}${good(1)}\n${bom}${good(2)}\n`), ['0 counted', '1 counted'])
    assert.deepEqual(verdictsOf(`${bom}\n${bom}`), [])
    assert.deepEqual(verdictsOf(`${bom}${bom}${good(1)}`), ['0 bad-json'])
  })

  it('shows the span of each frame', () => {
    const rows = readLines(create(options), `\ufeff${good(1)}\r\n  nonsense \nx`)
    assert.deepEqual(
      rows.map(row => row.frame),
      [good(1), '  nonsense ', 'x']
    )
  })

  it('gives the same rows wherever the input is cut', () => {
    const input = Buffer.from(
      `\ufeff${good(1)}\r\n\r\n{"uid":"\\u00e9\\ud83d\\ude00","a":"\\"}","ts":"2016-07-11"}\n{"ts":\n\n${'x'.repeat(70)}\n${good(2)}\r`
    )
    const rows = (cuts: number[]) => readLines(create(options, { frameBytes: 60 }), input, cuts)
    const whole = rows([])
    assert.deepEqual(
      whole.map(row => row.verdict),
      ['counted', 'counted', 'bad-json', 'too-long', 'counted']
    )
    for (let cut = 0; cut <= input.length; cut++) assert.deepEqual(rows([cut]), whole)
    assert.deepEqual(rows(Array.from(input.keys())), whole)
  })

  it('gives the same rows for any bytes, cuts and size of columns', () => {
    fc.assert(
      fc.property(
        rawBytesArbitrary,
        fc.array(fc.nat(300), { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 40 }),
        (input, cuts, columnFrames, frameBytes) => {
          const whole = readLines(create(options, { frameBytes }), input)
          const extractor = create(options, { columnFrames, frameBytes })
          assert.deepEqual(readLines(extractor, input, cuts), whole)
          const newlines = input.filter(byte => byte === 10).length
          const lines = newlines + (input.length > 0 && input.at(-1) !== 10 ? 1 : 0)
          assert.equal(extractor.nextLine, lines)
          assert.ok(new Set(whole.map(row => row.offset)).size === whole.length)
        }
      ),
      { numRuns: 400 }
    )
  })

  it('gives one row for a frame that is too long, and holds none of it back', () => {
    const extractor = create(options, { frameBytes: 100 })
    const part = Buffer.alloc(102, 'x')
    assert.equal(extractor.lines(part.subarray(0, 101), 0, 101, false), 0)
    assert.equal(extractor.lines(part, 0, 102, false), 102)
    assert.equal(extractor.columns.count, 1)
    assert.equal(extractor.columns.end[0]! - extractor.columns.start[0]!, 100)
    for (let i = 0; i < 3; i++) {
      assert.equal(extractor.lines(part, 0, 102, false), 102)
      assert.equal(extractor.columns.count, 0)
    }
    const rest = Buffer.from(`xx\n${good(1)}\n`)
    assert.equal(extractor.lines(rest, 0, rest.length, false), rest.length)
    assert.equal(extractor.columns.count, 1)
    assert.equal(extractor.columns.offset[0], 1)
    assert.equal(extractor.nextLine, 2)
  })

  it('measures a frame without its byte order mark and line end', () => {
    const frame = `{"ts":1,"uid":"${'u'.repeat(83)}"}`
    const verdict = (input: string) =>
      readFrame(create(options, { frameBytes: 100 }), input).verdict
    for (const end of ['', '\n', '\r\n', '\r']) {
      assert.equal(verdict(`\ufeff${frame}${end}`), 'counted')
      assert.equal(verdict(`${frame} ${end}`), 'too-long')
      // Nobody looks whether what is too long is blank.
      assert.equal(verdict(`${' '.repeat(101)}${end}`), 'too-long')
    }
  })

  it('takes a frame of the largest size there may be, and refuses a longer one', () => {
    const fields = '{"uid":1,"ts":1}'
    const frame = (size: number) => fields.padEnd(size)
    const rows = verdictsOf(`${frame(limits.frameBytesMax)}\n${frame(limits.frameBytesMax + 1)}\n`)
    assert.deepEqual(rows, ['0 counted', '1 too-long'])
  })

  it('ends a frame that is too long at the end of the input', () => {
    const extractor = create(options, { frameBytes: 10 })
    extractor.lines(Buffer.alloc(50, 'x'), 0, 50, false)
    extractor.lines(Buffer.alloc(50, 'x'), 0, 50, true)
    assert.equal(extractor.columns.count, 0)
    assert.deepEqual(
      readLines(extractor, '7\n').map(row => row.offset),
      [1]
    )
  })

  it('begins anew when the number of the next line is set', () => {
    const extractor = create(options, { frameBytes: 10 })
    extractor.lines(Buffer.alloc(50, 'x'), 0, 50, false)
    extractor.nextLine = 7
    assert.deepEqual(
      readLines(extractor, '7\n').map(row => row.offset),
      [7]
    )
  })

  it('has neither record key nor record time', () => {
    assert.equal(readFrame(create({ key: '@key', time: 'ts' }), good(1)).verdict, 'no-key')
    assert.equal(readFrame(create({ key: 'uid', time: '@timestamp' }), good(1)).verdict, 'no-time')
    assert.equal(readFrame(create({ key: '@key', time: 'ts' }), 'x').verdict, 'bad-json')
    assert.ok(Number.isNaN(readFrame(create(options), good(1)).recordTime))
  })
}
