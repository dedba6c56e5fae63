import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { createExtractor } from '../../src/extract/create.ts'
import type { ExtractorKind } from '../../src/extract/extractor.ts'
import { parseTime } from '../../src/extract/text-time.ts'
import { ProduceKernel } from '../../src/kafka/batch/produce-kernel.ts'
import { isFrame } from '../../src/produce/frame-check.ts'
import {
  alike,
  cutCountsFrom,
  cutFrame,
  deepButWhole,
  different,
  type FrameCase,
  lenient,
  tooDeep,
  withoutGroup,
  zeroFirst
} from './json-corpus/frames.ts'
import { broken, notUtf8, unchecked, valid } from './json-corpus/values.ts'
import { recordSpan } from './record-span.ts'
import { hashOf, options, type Row, readFrame, rowsOf } from './rows.ts'

const NEWLINE = 0x0a
const BATCH_BYTES = 65_536
const TIME = '1468244384'
const TIME_MS = 1_468_244_384_000
/** Bytes in front of a value, so that it lies anywhere in the blocks of the kernel; all of them by a flag. */
const PADDINGS = process.env.HEADCOUNT_RUNS
  ? Array.from({ length: 64 }, (_, i) => i)
  : [0, 13, 30, 47, 62]

interface Wanted {
  readonly frame: Uint8Array
  readonly verdict: string
  readonly key?: string | Uint8Array
  readonly time?: number
}

type Text = string | Uint8Array

const kinds = ['wasm', 'plain'] as const satisfies ExtractorKind[]

const bytesOf = (...parts: readonly Text[]): Buffer =>
  Buffer.concat(parts.map(part => Buffer.from(part as Uint8Array)))

/** What JSON.parse says of bytes as Node decodes them; undefined when it refuses. */
function parsed(text: Text): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(Buffer.from(text as Uint8Array).toString()) }
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isStrict(frame: Text): boolean {
  const bytes = Buffer.from(frame as Uint8Array)
  return isFrame(bytes, 0, bytes.length, 'whole', false)
}

/** Both twins must find what is wanted, in records and, where no line feed is inside, in lines. */
function checkAll(all: readonly Wanted[]): void {
  for (const kind of kinds) {
    check(recordRows(kind, all), all, `${kind}, records`)
    const lines = all.filter(({ frame }) => !frame.includes(NEWLINE))
    check(lineRows(kind, lines), lines, `${kind}, lines`)
  }
}

function check(rows: readonly Row[], all: readonly Wanted[], context: string): void {
  assert.equal(rows.length, all.length, context)
  for (const [index, { frame, verdict, key = 'a1', time = TIME_MS }] of all.entries()) {
    const row = rows[index]!
    const shown = `${context}: ${JSON.stringify(Buffer.from(frame).toString('latin1'))}`
    assert.equal(row.verdict, verdict, shown)
    if (verdict !== 'counted') continue
    assert.equal(row.hash, hashOf(key), shown)
    assert.equal(row.time, time, shown)
  }
}

function lineRows(kind: ExtractorKind, all: readonly Wanted[]): Row[] {
  const extractor = createExtractor(options, {}, kind)
  const bytes = bytesOf(...all.flatMap(({ frame }) => [frame, '\n']))
  const rows: Row[] = []
  for (let at = 0; at < bytes.length; ) {
    const next = extractor.lines(bytes, at, bytes.length, true)
    rows.push(...rowsOf(extractor.columns, bytes))
    assert.notEqual(next, at)
    at = next
  }
  return rows
}

function recordRows(kind: ExtractorKind, all: readonly Wanted[]): Row[] {
  const extractor = createExtractor(options, {}, kind)
  const batch = recordSpan(all.map(({ frame }) => ({ value: frame })))
  const rows: Row[] = []
  extractor.beginRecords(batch)
  while (extractor.records()) rows.push(...rowsOf(extractor.columns, batch.bytes))
  return rows
}

/** Every value in a frame made by `frameOf`, behind a first member of every length. */
function inFrames(
  values: readonly Text[],
  frameOf: (value: Text, first: string) => readonly Text[],
  wantedOf: (value: Text) => Omit<Wanted, 'frame'>
): void {
  for (const padding of PADDINGS) {
    const first = `"p":"${'p'.repeat(padding)}",`
    checkAll(
      values.map(value => ({ ...wantedOf(value), frame: bytesOf(...frameOf(value, first)) }))
    )
  }
}

const everything: readonly Text[] = [...valid, ...unchecked, ...broken, ...notUtf8]
const passed: readonly Text[] = [...valid, ...unchecked, ...notUtf8]
const refused: readonly string[] = [...unchecked, ...broken]

test('the corpus is what it says: JSON.parse takes or refuses its values', () => {
  for (const text of [...valid, ...notUtf8]) assert.ok(parsed(text), JSON.stringify(text))
  for (const text of refused) assert.equal(parsed(text), undefined, JSON.stringify(text))
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  for (const bytes of notUtf8) assert.throws(() => utf8.decode(bytes))
  assert.ok(everything.length > 500, 'it is large')
})

test('behind the wanted fields any value passes', () => {
  inFrames(
    everything,
    (value, first) => [`{${first}"ts":${TIME},"uid":"a1","x":`, value, '}'],
    () => ({ verdict: 'counted' })
  )
})

test('in front of them a value passes whose quotes and brackets are in order', () => {
  const frameOf = (value: Text, first: string) => [
    `{${first}"x":`,
    value,
    `,"ts":${TIME},"uid":"a1"}`
  ]
  inFrames(passed, frameOf, () => ({ verdict: 'counted' }))
  inFrames(broken, frameOf, () => ({ verdict: 'bad-json' }))
})

test('a frame that lacks a field is read whole, as JSON.parse reads it', () => {
  const frameOf = (value: Text, first: string) => [`{${first}"x":`, value, `,"ts":${TIME}}`]
  inFrames([...valid, ...notUtf8], frameOf, () => ({ verdict: 'no-key' }))
  inFrames(refused, frameOf, () => ({ verdict: 'bad-json' }))
})

/** What is refused as a wanted value: brackets in order make it one of the wrong kind, whatever is inside. */
function refusedAs(wrongKind: string): (value: Text) => Omit<Wanted, 'frame'> {
  return value => {
    const isNested = /^[[{]/.test(String(value)) && unchecked.includes(String(value))
    return { verdict: isNested ? wrongKind : 'bad-json' }
  }
}

test('a key is what JSON.parse finds, and text of JSON where it is a number', () => {
  const frameOf = (value: Text, first: string) => [`{${first}"uid":`, value, `,"ts":${TIME}}`]
  inFrames(valid, frameOf, value => {
    const found = parsed(value)!.value
    if (found === null || found === '') return { verdict: 'no-key' }
    if (typeof found === 'object') return { verdict: 'bad-key' }
    const key = typeof found === 'string' ? found.toWellFormed() : String(value).trim()
    return { verdict: 'counted', key }
  })
  inFrames(notUtf8, frameOf, value => {
    // Of an escape what it means, of other bytes themselves.
    const inside = Buffer.from(value as Uint8Array)
      .subarray(1, -1)
      .toString('latin1')
    const key = JSON.parse(`"${inside}"`) as string
    return { verdict: 'counted', key: Buffer.from(key, 'latin1') }
  })
  inFrames(refused, frameOf, refusedAs('bad-key'))
})

test('a time is read from what JSON.parse finds', () => {
  const frameOf = (value: Text, first: string) => [`{${first}"ts":`, value, ',"uid":"a1"}']
  inFrames(valid, frameOf, value => {
    const found = parsed(value)!.value
    if (found === null) return { verdict: 'no-time' }
    if (typeof found === 'object' || typeof found === 'boolean') return { verdict: 'bad-time' }
    const time = parseTime(typeof found === 'string' ? found : String(value).trim())
    return time === undefined ? { verdict: 'bad-time' } : { verdict: 'counted', time }
  })
  inFrames(notUtf8, frameOf, () => ({ verdict: 'bad-time' }))
  inFrames(refused, frameOf, refusedAs('bad-time'))
})

test('--strict sends what JSON.parse takes and is UTF-8, nothing else', () => {
  const frame = (value: Text) => bytesOf(`{"ts":${TIME},"uid":"a1","x":`, value, '}')
  for (const value of valid) assert.ok(isStrict(frame(value)), JSON.stringify(value))
  for (const value of [...refused, ...notUtf8]) {
    assert.ok(!isStrict(frame(value)), JSON.stringify(value))
  }
})

test('the kernel of --strict takes at once only what it may send, and most of that', () => {
  const kernel = ProduceKernel.create(BATCH_BYTES, 1, { check: 'whole' })
  assert.ok(kernel !== undefined, 'this Node has WASM')
  const isTaken = (frame: Uint8Array): boolean => {
    const line = bytesOf(frame, '\n')
    kernel.openLane(0, 0, BATCH_BYTES, 0, 0)
    kernel.take(0, kernel.load(line, 0, line.length))
    return kernel.taken === 1
  }
  const inLine = (value: Text, padding: number) =>
    bytesOf(`{"p":"${'p'.repeat(padding)}","ts":${TIME},"x":`, value, ',"uid":"a1"}')
  // Whether bytes are UTF-8 is asked of whole chunks.
  const values = [...valid, ...refused].filter(value => !value.includes('\n'))
  const whole = [...alike, ...lenient, ...different].map(([, frame]) =>
    Buffer.from(frame as Uint8Array)
  )
  const frames = [
    ...PADDINGS.flatMap(padding => values.map(value => inLine(value, padding))),
    ...whole.filter(frame => !frame.includes(NEWLINE) && isUtf8(frame))
  ]
  const taken = frames.filter(isTaken)
  for (const frame of taken) assert.ok(isStrict(frame), JSON.stringify(frame.toString()))
  assert.ok(taken.length > frames.filter(isStrict).length * 0.8, `${taken.length} taken`)
})

test('whole frames: what JSON.parse takes counts alike, what it refuses is bad JSON', () => {
  checkFrames(alike)
  for (const [what, frame, verdict] of alike) {
    const value = parsed(frame)?.value
    assert.equal(isObject(value), verdict !== 'bad-json', what)
    assert.equal(isStrict(frame), isObject(value), what)
    if (verdict !== 'counted') continue
    const { uid, ts } = value as { uid: unknown; ts: unknown }
    assert.deepEqual([uid, ts], ['a1', Number(TIME)], what)
  }
})

test('whole frames: a zero byte in front is bad JSON in a line, a schema id in a record', () => {
  const all = zeroFirst.map(([, frame, verdict]) => ({ frame: Buffer.from(frame), verdict }))
  for (const kind of kinds) {
    check(recordRows(kind, all), all, kind)
    const lines = all.map(each => ({ ...each, verdict: 'bad-json' }))
    check(lineRows(kind, lines), lines, kind)
  }
  for (const [what, frame] of zeroFirst) {
    assert.equal(parsed(frame), undefined, what)
    assert.ok(!isStrict(frame), what)
  }
})

test('whole frames: what JSON.parse refuses counts where nobody looks', () => {
  checkFrames(lenient)
  for (const [what, frame] of lenient) {
    assert.equal(parsed(frame), undefined, what)
    assert.ok(!isStrict(frame), what)
  }
})

test('whole frames: the first of duplicates counts, where JSON.parse takes the last', () => {
  checkFrames(different)
  for (const [what, frame, verdict] of different) {
    const { uid, ts } = parsed(frame)!.value as { uid: unknown; ts: unknown }
    const last = isDeepStrictEqual([uid, ts], ['a1', Number(TIME)])
    assert.equal(last, verdict !== 'counted', what)
    assert.ok(isStrict(frame), what)
  }
})

test('whole frames: nesting is bounded where a frame is read whole', () => {
  checkFrames([...tooDeep, ...deepButWhole])
  for (const [what, frame] of [...tooDeep, ...deepButWhole]) {
    assert.ok(parsed(frame), what)
    assert.ok(!isStrict(frame), what)
  }
})

test('whole frames: one that lacks a group is read to its end, its values by quotes and brackets', () => {
  for (const kind of kinds) {
    const extractor = createExtractor({ ...options, by: ['country'] }, {}, kind)
    for (const [what, frame, verdict] of withoutGroup) {
      assert.equal(readFrame(extractor, frame).verdict, verdict, `${kind}: ${what}`)
    }
  }
})

test('a frame that is cut counts from the delimiter behind its last wanted value on', () => {
  const whole = Buffer.from(cutFrame)
  const cuts = Array.from({ length: whole.length - 1 }, (_, i) => whole.subarray(0, i + 1))
  checkAll(
    cuts.map(frame => ({
      frame,
      verdict: frame.length < cutCountsFrom ? 'bad-json' : 'counted'
    }))
  )
  for (const frame of cuts) {
    assert.equal(parsed(frame), undefined)
    assert.ok(!isStrict(frame))
  }
})

function checkFrames(cases: readonly FrameCase[]): void {
  checkAll(
    cases.map(([, frame, verdict]) => ({ frame: Buffer.from(frame as Uint8Array), verdict }))
  )
}
