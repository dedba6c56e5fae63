import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { isFailure } from '../../src/core/errors.ts'
import { readFileAt } from '../../src/host/file-input.ts'
import type { Input } from '../../src/host/input.ts'
import { type JsonlOptions, jsonlSource } from '../../src/host/jsonl-source.ts'
import type { FileRange } from '../../src/port/line-pieces.ts'
import { temporaryFolder } from './temporary-folder.ts'

const frames = Array.from({ length: 40 }, (_, i) => `{"uid":"${(i * 7919) % 1_000}","ts":${i}}`)
const text = `${frames.join('\n')}\n`
const head = text.slice(0, text.indexOf('\n', 700) + 1)
const headPacked = zstdCompressSync(head)

interface Taken {
  lines: string[]
  readonly ranges: FileRange[]
  /** Of each piece of text: what it is, and whether an input ends with it. */
  readonly texts: [string, boolean][]
  error: unknown
}

/** Takes all pieces; of ranges their lines, as a thread would. */
async function take(
  inputs: readonly Input[],
  bytes: number,
  options: JsonlOptions = {}
): Promise<Taken> {
  const pieces = jsonlSource(inputs, options).pieces()
  const taken: Taken = { lines: [], ranges: [], texts: [], error: undefined }
  try {
    await pieces.open()
    for (;;) {
      const piece = await pieces.next(bytes)
      if (piece === undefined) break
      if (piece.kind === 'range') {
        taken.ranges.push(piece)
        taken.lines.push(...linesOf(piece))
        await pieces.taken(piece)
      } else {
        const found = Buffer.from(piece.bytes).toString()
        taken.texts.push([found, piece.last])
        taken.lines.push(...found.replace(/\n$/, '').split('\n'))
      }
    }
  } catch (error) {
    taken.error = pieces.failureOf(error, taken.lines.length)
  } finally {
    await pieces.close()
  }
  return taken
}

function linesOf(range: FileRange): string[] {
  const bytes = Buffer.alloc(100_000)
  const length = readFileAt(range, bytes, 0, bytes.length, 0)
  const whole = bytes.subarray(0, length).toString()
  let at = 0
  const own: string[] = []
  for (const line of whole.split(/(?<=\n)/)) {
    if (at >= range.from && at < range.to) own.push(line.replace(/\n$/, ''))
    at += Buffer.byteLength(line)
  }
  return own
}

test('a plain file is told in ranges that meet, and its last one has no end', async () => {
  const path = join(await temporaryFolder(), 'plain.jsonl')
  writeFileSync(path, text)
  const { lines, ranges, texts } = await take([path], 100)
  assert.deepEqual(lines, frames)
  assert.equal(texts.length, 0)
  const size = Buffer.byteLength(text)
  assert.equal(ranges.length, Math.ceil(size / 100))
  for (const [i, { from, to, atLine }] of ranges.entries()) {
    const isLast = i === ranges.length - 1
    assert.deepEqual([from, to], [i * 100, isLast ? Number.POSITIVE_INFINITY : (i + 1) * 100])
    assert.equal(atLine, i === 0)
  }
})

test('files of all kinds are one sequence, and each ends its last line', async () => {
  const folder = await temporaryFolder()
  const parts = [frames.slice(0, 10), frames.slice(10, 20), frames.slice(20, 30), frames.slice(30)]
  const unended = parts.map(part => part.join('\n'))
  const contents = [unended[0]!, gzipSync(unended[1]!), unended[2]!, zstdCompressSync(unended[3]!)]
  const paths = contents.map((content, i) => {
    const path = join(folder, `part-${i}`)
    writeFileSync(path, content)
    return path
  })
  writeFileSync(join(folder, 'empty'), '')
  const { lines, error } = await take(
    [...paths.slice(0, 2), join(folder, 'empty'), ...paths.slice(2)],
    64
  )
  assert.equal(error, undefined)
  assert.deepEqual(lines, frames)
})

for (const [name, packed] of [
  ['gzip', gzipSync(text)],
  ['zstd frames', Buffer.concat([headPacked, zstdCompressSync(text.slice(head.length))])]
] as const) {
  test(`${name} cut anywhere gives whole lines, then the error with their number`, async () => {
    for (let cut = 5; cut < packed.length; cut += 3) {
      const { lines, error } = await take([Readable.from([packed.subarray(0, cut)])], 1 << 16)
      assert.deepEqual(lines, frames.slice(0, lines.length))
      // Between two frames of zstd a cut cannot be told from an end.
      if (error === undefined && name !== 'gzip' && cut === headPacked.length) continue
      assert.ok(isFailure(error, 'input-damaged'), String(error))
      assert.match(error.message, new RegExp(`standard input: .* after ${lines.length} frames`))
    }
  })
}

test('lines of a slow pipe do not wait for those that come later', async () => {
  const whole = frames.slice(0, 9)
  const text = `${whole.join('\n')}\n`
  let told = Promise.withResolvers<void>()
  async function* slow(): AsyncGenerator<Uint8Array> {
    let at = 0
    while (at < text.length) {
      // A line and the head of the next one. Nothing more comes unless the line was handed over.
      const end = Math.min(text.length, text.indexOf('\n', at) + 8)
      told = Promise.withResolvers()
      yield Buffer.from(text.slice(at, end))
      await told.promise
      at = end
    }
  }
  // So little room that it is used again and again.
  const pieces = jsonlSource(slow(), { readBytes: 32 }).pieces()
  await pieces.open()
  const texts: string[] = []
  for (;;) {
    const piece = await pieces.next(1 << 16)
    if (piece?.kind !== 'text') break
    texts.push(Buffer.from(piece.bytes).toString())
    told.resolve()
  }
  assert.deepEqual(
    texts,
    whole.map(line => `${line}\n`)
  )
  await pieces.close()
})

test('of a line that is too long only the head comes, as soon as that is certain', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{"uid":"a"}\n')
    for (let i = 0; i < 1_000; i++) yield Buffer.alloc(10, 'y')
    yield Buffer.from('\n{"uid":"b"}')
  }
  const { texts } = await take([endless()], 64, { readBytes: 16, frameBytesMax: 40 })
  assert.deepEqual(
    texts.map(([found, last]) => [found.slice(0, 12), last]),
    [
      ['{"uid":"a"}\n', false],
      ['yyyyyyyyyyyy', false],
      ['{"uid":"b"}', true]
    ]
  )
  assert.ok(texts[1]![0].length < 40 + 16 + 16, String(texts[1]![0].length))
})
