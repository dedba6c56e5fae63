import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { isFailure } from '../../src/core/errors.ts'
import { jsonlSource } from '../../src/host/jsonl-source.ts'
import { drain, LineTaker } from './line-taker.ts'
import { temporaryFolder } from './temporary-folder.ts'

const folder = await temporaryFolder()
const frames = Array.from({ length: 500 }, (_, i) => `{"uid":"user-${i}","ts":${1e9 + i}}`)
const text = `${frames.join('\n')}\n`

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

async function framesOf(...inputs: Parameters<typeof jsonlSource>): Promise<string[]> {
  const taker = new LineTaker()
  await drain(jsonlSource(...inputs), taker)
  return taker.frames
}

test('plain, gzip and zstd files give the same frames', async () => {
  assert.deepEqual(await framesOf(await file('a.jsonl', text)), frames)
  assert.deepEqual(await framesOf(await file('a.jsonl.gz', gzipSync(text))), frames)
  assert.deepEqual(await framesOf(await file('a.jsonl.zst', zstdCompressSync(text))), frames)
})

test('the bytes decide how a file is packed, not its name', async () => {
  assert.deepEqual(await framesOf(await file('packed.jsonl', gzipSync(text))), frames)
  assert.deepEqual(await framesOf(await file('plain.gz', text)), frames)
  assert.deepEqual(await framesOf(await file('other.gz', zstdCompressSync(text))), frames)
})

test('gzip members and zstd frames one after the other are read as one', async () => {
  const halves = [frames.slice(0, 250), frames.slice(250)].map(part => `${part.join('\n')}\n`)
  const gzip = Buffer.concat(halves.map(half => gzipSync(half)))
  const zstd = Buffer.concat(halves.map(half => zstdCompressSync(half)))
  assert.deepEqual(await framesOf(await file('two.gz', gzip)), frames)
  assert.deepEqual(await framesOf(await file('two.zst', zstd)), frames)
})

test('several files are one sequence, also where one ends without a newline', async () => {
  const paths = [
    await file('1.jsonl', '{"a":1}\n{"a":2}'),
    await file('2.jsonl.gz', gzipSync('{"a":3}\n')),
    await file('3.jsonl', ''),
    await file('4.jsonl', '{"a":4}')
  ]
  const taker = new LineTaker()
  await drain(jsonlSource(paths), taker)
  assert.deepEqual(taker.frames, ['{"a":1}', '{"a":2}', '{"a":3}', '{"a":4}'])
  assert.equal(taker.position, 4)
})

test('an empty file has no frames and is no error', async () => {
  for (const name of ['empty.jsonl', 'empty.jsonl.gz']) {
    const taker = new LineTaker()
    await drain(jsonlSource(await file(name, '')), taker)
    assert.deepEqual(taker.frames, [])
    assert.deepEqual(taker.progresses, [{ position: 0, end: -1, atEnd: true }])
  }
})

test('reading goes on at a line number', async () => {
  const path = await file('resume.jsonl', text)
  for (const skip of [0, 1, 250, 499, 500, 900]) {
    const taker = new LineTaker(undefined, Math.min(skip, 500))
    await drain(jsonlSource(path, { readBytes: 1_000 }), taker, skip)
    assert.deepEqual(taker.frames, frames.slice(skip))
    assert.equal(taker.position, 500)
  }
})

test('streams, iterables and standard input are read like files', async () => {
  const bytes = Buffer.from(text)
  const pieces = [bytes.subarray(0, 10), bytes.subarray(10, 11), bytes.subarray(11)]
  const packed = gzipSync(text)
  assert.deepEqual(await framesOf(Readable.from(pieces)), frames)
  assert.deepEqual(await framesOf(pieces[Symbol.iterator]()), frames)
  assert.deepEqual(await framesOf('-', { stdin: Readable.from([packed]) }), frames)
  assert.deepEqual(
    await framesOf(Readable.from([packed.subarray(0, 1), packed.subarray(1)])),
    frames
  )
})

test('what cannot be read is refused by name before anything is read', async () => {
  const good = await file('good.jsonl', text)
  const cases = [
    ['input-missing', join(folder, 'nowhere.jsonl')],
    ['input-missing', join(good, 'below-a-file')],
    ['input-directory', folder]
  ] as const
  for (const [code, path] of cases) {
    const taker = new LineTaker()
    await assert.rejects(drain(jsonlSource([good, path]), taker), error => {
      assert.ok(isFailure(error, code))
      assert.ok(error.message.includes(path))
      return true
    })
    assert.equal(taker.calls, 0)
  }
})

test('a failing stream is an error after what came before it', async () => {
  const stream = Readable.from(
    (function* () {
      yield Buffer.from('{"a":1}\n{"a":')
      throw new Error('the cable is out')
    })()
  )
  const taker = new LineTaker()
  await assert.rejects(drain(jsonlSource(stream), taker), error => {
    assert.ok(isFailure(error, 'input-failed'))
    assert.match(error.message, /standard input.*the cable is out/)
    return true
  })
  assert.deepEqual(taker.frames, ['{"a":1}'])
})

test('a line beyond the longest frame does not grow the buffer or stop the reading', async () => {
  const path = await file('long.jsonl', `${frames[0]}\n${'x'.repeat(100_000)}\n${frames[1]}\n`)
  const taker = new LineTaker(10_000)
  const source = jsonlSource(path, { readBytes: 1_000, frameBytesMax: 10_000 })
  await drain(source, taker)
  assert.deepEqual(taker.frames, frames.slice(0, 2))
  assert.equal(taker.tooLong, 1)
  assert.equal(taker.position, 3)
})

test('an unfinished frame is not handed over again until its end is there', async () => {
  const stream = new PassThrough()
  const source = jsonlSource(stream)
  const taker = new LineTaker()
  await source.open(new Map([[0, 0]]))
  stream.write('{"a":')
  await source.poll(taker, 1_000)
  stream.write('1')
  await source.poll(taker, 1_000)
  assert.equal(taker.calls, 0)
  stream.end('}\n')
  while (await source.poll(taker, 1_000));
  assert.deepEqual(taker.frames, ['{"a":1}'])
  await source.close()
})

test('a waiting poll ends after its time, at wake, and loses nothing', async () => {
  const stream = new PassThrough()
  const source = jsonlSource(stream)
  const taker = new LineTaker()
  await source.open(new Map())
  assert.equal(await source.poll(taker, 1), true)
  const waiting = source.poll(taker, 60_000)
  source.wake()
  assert.equal(await waiting, true)
  assert.equal(taker.progresses.length, 0)
  stream.end('{"a":1}')
  while (await source.poll(taker, 60_000));
  assert.deepEqual(taker.frames, ['{"a":1}'])
  await source.close()
})

test('closing while a stream is silent does not hang', async () => {
  const source = jsonlSource(new PassThrough())
  await source.open(new Map())
  assert.equal(await source.poll(new LineTaker(), 1), true)
  await source.close()
  assert.equal(await source.poll(new LineTaker(), 60_000), false)
})

test('progress knows the size of files and how much was taken', async () => {
  const packed = gzipSync(text)
  const source = jsonlSource([await file('p.gz', packed), await file('p.jsonl', text)])
  await drain(source, new LineTaker())
  assert.equal(source.bytesTotal, packed.length + text.length)
  assert.equal(source.bytesTaken, source.bytesTotal)
})
