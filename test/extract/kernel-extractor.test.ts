import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createExtractor } from '../../src/extract/create.ts'
import type { ExtractOptions } from '../../src/extract/extractor.ts'
import { KernelExtractor } from '../../src/extract/kernel-extractor.ts'
import * as facade from '../../src/extract/kernel-layout.ts'
import * as kernel from '../../wasm/extract-layout.ts'
import { extractorConformance } from '../conformance/extractor.conformance.ts'
import { recordSpan } from './record-span.ts'
import { hashOf, options, readLines, rowsOf } from './rows.ts'

declare global {
  /** AssemblyScript's type of an address, in the layout that is shared with it. */
  type usize = number
}

const CONFIG = '../../wasm/extract-asconfig.json'
const PAGE_BYTES = 65_536
const frame = (n: number) => `{"ts":${1_468_244_384 + n},"uid":"u${n % 7}","c":"g${n % 5}"}`

extractorConformance('kernel extractor', (wanted, bounds) =>
  createExtractor(wanted, bounds, 'wasm')
)

test('facade and kernel have the same memory layout, without overlaps', () => {
  const places = new Map<string, number>(Object.entries(kernel))
  for (const [name, place] of Object.entries(facade)) assert.equal(place, places.get(name), name)
  const { options: config } = JSON.parse(readFileSync(new URL(CONFIG, import.meta.url), 'utf8'))
  assert.equal(config.initialMemory * PAGE_BYTES, kernel.INPUT_AT + PAGE_BYTES)
  const parts = [
    [kernel.STATE_AT, 152],
    [kernel.SPANS_AT, 32 * kernel.SPAN_BYTES],
    [kernel.FIELDS_AT, 18 * kernel.FIELD_BYTES],
    [kernel.NAMES_AT, 18 * 256],
    [kernel.COLUMNS_AT, kernel.ROWS_MAX * 53],
    [kernel.KEY_START_AT, kernel.ROWS_MAX * 4],
    [kernel.KEY_END_AT, kernel.ROWS_MAX * 4],
    [kernel.SLOW_AT, kernel.ROWS_MAX * 4],
    [kernel.GROUP_SLOTS_AT, kernel.GROUP_SLOTS * 8],
    [kernel.GROUPS_AT, kernel.GROUPS_MAX * kernel.GROUP_BYTES],
    [kernel.ARENA_AT, kernel.ARENA_BYTES],
    [kernel.SCRATCH_AT, kernel.SCRATCH_BYTES],
    [kernel.INPUT_AT, 0]
  ] as const
  for (const [index, [at, bytes]] of parts.slice(0, -1).entries()) {
    assert.ok(at % 8 === 0 && at + bytes <= parts[index + 1]![0], `part ${index}`)
  }
})

test('the extractor is chosen once: WASM where it runs, plain where it does not, or as told', () => {
  assert.equal(createExtractor(options).kind, 'wasm')
  assert.equal(createExtractor(options, {}, 'plain').kind, 'plain')
  const { WebAssembly: real } = globalThis as { WebAssembly?: unknown }
  Object.assign(globalThis, { WebAssembly: undefined })
  try {
    assert.equal(createExtractor(options).kind, 'plain')
    assert.throws(() => createExtractor(options, {}, 'wasm'), { code: 'kernel-missing' })
  } finally {
    Object.assign(globalThis, { WebAssembly: real })
  }
})

test('options that the kernel does not take run plain', () => {
  const untaken: Partial<ExtractOptions>[] = [
    { where: [{ field: 'c', value: 'x' }] },
    { keyType: 'int64' },
    { by: ['user', 'user.id'] },
    { key: 'a"b' },
    { key: 'a\\b' },
    { by: ['user.tab\t'] },
    { time: 't'.repeat(256) }
  ]
  for (const wanted of untaken) {
    assert.equal(createExtractor({ ...options, ...wanted }, {}, 'wasm').kind, 'plain')
  }
  assert.equal(createExtractor(options, { columnFrames: 8_193 }).kind, 'plain')
})

test('bytes in the kernel’s own memory are read where they are', () => {
  const extractor = createExtractor({ ...options, by: ['c'] }, {}, 'wasm')
  const input = extractor.input!
  const lines = Buffer.from(Array.from({ length: 90 }, (_, n) => `${frame(n)}\n`).join(''))
  for (const at of [0, 1, 77, input.length - lines.length]) {
    input.set(lines, at)
    const end = at + lines.length
    extractor.nextLine = 0
    assert.equal(extractor.lines(input, at, end, true), end)
    const copied = createExtractor({ ...options, by: ['c'] }, {}, 'wasm')
    assert.deepEqual(rowsOf(extractor.columns, input), readLines(copied, lines))
  }
  const buffers = new Set([extractor.columns.time.buffer, input.buffer])
  assert.equal(buffers.size, 1)
  assert.ok(input.buffer.byteLength > 0)
})

test('frames longer than the room for them are read all the same', () => {
  const wanted = { ...options, by: ['c'] }
  const long = frame(3).replace('{', `{"x":"${'x'.repeat(5_000)}",`)
  const input = [frame(1), long, frame(2), long, long, frame(4), frame(5)].join('\n')
  const rows = (inputBytes: number) =>
    readLines(createExtractor(wanted, { inputBytes }, 'wasm'), input, [60, 7_000])
  assert.deepEqual(rows(300), rows(2 ** 18))
  assert.equal(rows(300).length, 7)
  const batch = recordSpan(input.split('\n').map(value => ({ key: 'k', value })))
  const extractor = createExtractor(wanted, { inputBytes: 300 }, 'wasm')
  extractor.beginRecords(batch)
  assert.ok(extractor.records())
  assert.deepEqual([...extractor.columns.verdict.subarray(0, 7)], [0, 0, 0, 0, 0, 0, 0])
  assert.equal(extractor.records(), false)
})

test('a stream of odd frames, and what comes after it, has the columns of the plain twin', () => {
  const odd = (n: number) => frame(n).replace('"u', '"\\u0075')
  const parts = [frame, odd, odd, frame, odd].flatMap((of, part) =>
    Array.from({ length: 6_000 }, (_, n) => `${of(part * 6_000 + n)}\n`)
  )
  const bytes = Buffer.from(parts.join(''))
  const [wasm, plain] = (['wasm', 'plain'] as const).map(kind => {
    const extractor = createExtractor({ ...options, by: ['c'] }, { columnFrames: 500 }, kind)
    const cuts = Array.from({ length: bytes.length >> 15 }, (_, i) => (i + 1) << 15)
    return readLines(extractor, bytes, cuts)
  })
  assert.equal(wasm!.length, 30_000)
  assert.deepEqual(wasm, plain)
  const batches = [0, 12_000, 20_000].map(from =>
    recordSpan(parts.slice(from, from + 7_000).map(value => ({ value })))
  )
  const [left, right] = (['wasm', 'plain'] as const).map(kind => {
    const extractor = createExtractor(options, {}, kind)
    return batches.flatMap(batch => {
      extractor.beginRecords(batch)
      assert.ok(extractor.records())
      return rowsOf(extractor.columns, batch.bytes)
    })
  })
  assert.deepEqual(left, right)
})

test('the kernel itself counts frames with escapes, quotes and brackets at every place of a block', () => {
  const extractor = createExtractor(options, {}, 'wasm')
  assert.ok(extractor instanceof KernelExtractor)
  for (const part of ['\\\\', '\\"', '\\\\\\"', '\\u0041', '","', '{[', ']}', ':']) {
    // In a string the parts stand for themselves; in an object some of them are strings of their own.
    const escaped = part.startsWith('\\') ? part : JSON.stringify(part).slice(1, -1)
    const frames = Array.from({ length: 200 }, (_, n) => {
      const text = `"${'x'.repeat(n % 67)}${escaped.repeat(n)}${'y'.repeat(n % 3)}"`
      return `{"a":${text},"b":{"c${escaped}":[${text},{"uid":"n","d":${text}}]},"uid":"u${n}","ts":1}`
    })
    const rows = readLines(extractor, frames.join('\n'))
    assert.deepEqual(
      rows.map(({ verdict, hash }) => [verdict, hash]),
      frames.map((_, n) => ['counted', hashOf(`u${n}`)])
    )
    // The last line has no line feed: it alone is the twin's.
    assert.equal(extractor.leftRows, 1, part)
    extractor.leftRows = 0
  }
})

test('the kernel itself counts usual keys, times and groups', () => {
  const usual = [
    ...[
      '"ts":1468244384,"uid":"a"',
      '"ts":"2016-07-11T13:39:44.5+02:00","uid":-7',
      '"ts":1.5,"uid":true'
    ],
    ...['"x":{"uid":[1,"\\""],"y":null},"ts":"1468244384123","uid":"é","c":12'],
    ...['"c":null,"ts":1468244384123456789,"uid":"a b","u":{"d":false,"e":"x"}'],
    ...[' "u" : { } , "uid" : "k" ,\t"ts" : 1468244384.25 , "c":"CH" ']
  ].map(members => `{${members}}\n`)
  const wanted = { ...options, by: ['c', 'u.d'] }
  for (const fields of [wanted, { ...wanted, key: ['uid', 'uid'] }]) {
    const extractor = createExtractor(fields, {}, 'wasm')
    const rows = readLines(extractor, usual.join(''))
    assert.ok(rows.every(({ verdict }) => verdict === 'counted'))
    assert.equal((extractor as KernelExtractor).leftRows, 0)
    const records = usual.map(value => ({ value, key: 'k', timeDelta: 7 }))
    extractor.beginRecords(recordSpan(records))
    assert.ok(extractor.records())
    assert.equal((extractor as KernelExtractor).leftRows, 0)
    assert.equal(extractor.columns.count, usual.length)
  }
})

test('extractors share no memory', () => {
  const [one, two] = [createExtractor(options), createExtractor(options)]
  one.input!.fill(7)
  assert.ok(two.input!.every(byte => byte === 0))
})
