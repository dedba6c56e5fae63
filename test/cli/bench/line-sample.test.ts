import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { after, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { generateLines, type ReadingParts, readLines } from '../../../src/cli/bench/line-sample.ts'
import { limits } from '../../../src/core/limits.ts'
import { SimClock } from '../../../src/testing/index.ts'
import { tickingStopwatch } from './frozen.ts'

const folder = mkdtempSync(join(tmpdir(), 'headcount-sample-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

function reading(bytesMax: number, parts: Partial<ReadingParts> = {}): ReadingParts {
  return {
    bytesMax,
    clock: new SimClock(),
    stopwatch: tickingStopwatch(),
    signal: new AbortController().signal,
    onRead: () => {},
    ...parts
  }
}

const nothing = () => Readable.from([])
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

describe('a sample of lines', () => {
  test('is all of a small input, its last line whole without a line end', async () => {
    const paths = [file('one', '{"a":1}\n{"a":2}'), file('two.gz', gzipSync('{"a":3}\n{"a"'))]
    const { bytes, name, reception } = await readLines(paths, nothing(), reading(1_024))
    assert.equal(textOf(bytes), '{"a":1}\n{"a":2}\n{"a":3}\n{"a"')
    assert.match(name, /one and 1 more$/)
    assert.equal(reception!.bytes, bytes.length)
  })

  test('ends with a whole line of a larger one', async () => {
    const line = `${'x'.repeat(99)}\n`
    const path = file('large', line.repeat(20_000))
    const { bytes } = await readLines([path], nothing(), reading(10_000))
    assert.ok(bytes.length >= 10_000 && bytes.length <= 10_000 + limits.readBytes)
    assert.equal(bytes.length % line.length, 0)
  })

  test('holds one line that is longer than the sample, and no more of one without an end', async () => {
    const long = `{"a":"${'x'.repeat(3_000_000)}"}\n`
    const whole = await readLines([file('long', long + long)], nothing(), reading(1_024))
    assert.equal(textOf(whole.bytes), long)
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1_048_576, 'y')
      })()
    )
    const { bytes } = await readLines(['-'], endless, reading(1_024))
    assert.ok(bytes.length > limits.frameBytesMax)
    assert.ok(bytes.length <= 1_024 + limits.frameBytesMax + limits.readBytes)
  })

  test('has no more lines than are allowed', async () => {
    const path = file('many', '1\n'.repeat(limits.sampleFramesMax + 10))
    const { bytes } = await readLines([path], nothing(), reading(64e6))
    assert.equal(bytes.length, limits.sampleFramesMax * 2)
  })

  test('is what a silent pipe has brought when the time is up', async () => {
    const clock = new SimClock()
    const pipe = new PassThrough()
    pipe.write('{"a":1}\n{"a":')
    // Its first bytes are there: from now on it says nothing.
    const onRead = (bytes: number) => {
      if (bytes === 13) clock.advance(limits.sampleMsMax)
    }
    const { bytes } = await readLines(['-'], pipe, reading(1_024, { clock, onRead }))
    assert.equal(textOf(bytes), '{"a":1}\n')
  })

  test('is given up when it is interrupted, with the reason', async () => {
    const stop = new AbortController()
    const reason = new Error('stop')
    const parts = reading(1_024, { signal: stop.signal })
    const sample = readLines(['-'], new PassThrough(), parts)
    stop.abort(reason)
    await assert.rejects(sample, reason)
  })

  test('can be generated, the same each time', () => {
    const [one, two] = [generateLines(100_000), generateLines(100_000)]
    assert.deepEqual(one.bytes, two.bytes)
    assert.ok(one.bytes.length > 95_000 && one.bytes.at(-1) === 0x0a)
  })
})
