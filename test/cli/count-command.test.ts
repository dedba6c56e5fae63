import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type Ended, ended, freshFolder, startHeadcount } from './child.ts'

const T = 1_468_244_400
const frame = (ts: number, uid: string) => JSON.stringify({ ts, uid, pad: 'x'.repeat(30) })
const frames = Array.from({ length: 3_000 }, (_, i) => frame(T + Math.floor(i / 20), `u${i % 700}`))

describe('headcount count on files and pipes', { concurrency: 2 }, () => {
  const folder = freshFolder()
  after(() => folder[Symbol.dispose]())
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder.path, name), content)
    return name
  }
  const start = (...args: string[]) => startHeadcount(args, { folder: folder.path })
  const count = (...args: string[]): Promise<Ended> => ended(start('count', '-k', 'uid', ...args))

  it('says nothing of an empty file but that it was empty', async () => {
    const { status, stdout, stderr } = await count(file('empty.jsonl', ''))
    assert.deepEqual([status, stdout], [0, ''])
    assert.match(stderr, /^0 frames in .*: 0 counted, 0 rejected\n$/)
  })

  it('names what it cannot read, and what to do', async () => {
    mkdirSync(join(folder.path, 'many'))
    const cases: [string, RegExp][] = [
      ['many', /many: it is a directory \[input-directory]\n {2}→ .*many\/\*/],
      ['gone.jsonl', /gone\.jsonl: no such file \[input-missing]\n {2}→ /]
    ]
    for (const [path, message] of cases) {
      const { status, stdout, stderr } = await count(path)
      assert.deepEqual([status, stdout], [1, ''])
      assert.match(stderr, message)
    }
  })

  it('counts what a cut .gz still has, then names the damage', async () => {
    // Keys that do not compress: the cut then falls into the middle of the frames.
    const keys = frames.map((_, i) => createHash('sha256').update(`${i}`).digest('hex'))
    const packed = gzipSync(keys.map((key, i) => `${frame(T + i, key)}\n`).join(''))
    const { status, stdout, stderr } = await count(
      file('cut.jsonl.gz', packed.subarray(0, packed.length >> 1)),
      '--format',
      'csv'
    )
    assert.equal(status, 1)
    assert.match(stdout, /\n1m,2016-07-11T13:40:00Z,.*,60,60,60,/)
    assert.match(stdout, /provisional/)
    assert.match(stderr, /cut off after \d+ frames .*\[input-damaged]\n/)
  })

  it('gives the same lines and rejects with threads as without', async () => {
    const broken = frames.flatMap((text, i) => (i % 100 === 7 ? [text, '{"ts":1', ''] : [text]))
    const plain = file('threads.jsonl', `${broken.join('\n')}\n`)
    const packed = file('threads.jsonl.gz', gzipSync(broken.join('\n')))
    const outcomes = []
    for (const threads of ['1', '3']) {
      const args = ['--format', 'jsonl', '--emit-every', '1h', '--rejects', `bad-${threads}.jsonl`]
      const { status, stdout, stderr } = await count(plain, packed, ...args, '--threads', threads)
      const rejects = readFileSync(join(folder.path, `bad-${threads}.jsonl`), 'utf8')
      const figures = stderr.replaceAll(/ in [^:]*/g, '').replaceAll(`bad-${threads}`, 'bad')
      outcomes.push([status, stdout.replaceAll(/,"emittedAt":"[^"]*"/g, ''), rejects, figures])
    }
    assert.deepEqual(outcomes[1], outcomes[0])
    assert.equal(outcomes[0]![2]!.toString().split('\n').length, 2 * 30 + 1)
  })

  it('stops at binary garbage with the reason', async () => {
    const bytes = new Uint8Array(200_000).map(
      (_, i) => (Math.imul(i + 7, 0x9e3779b1) >>> 13) & 0xff
    )
    const { status, stderr } = await count(file('garbage.bin', bytes))
    assert.equal(status, 1)
    assert.match(stderr, /could be counted \(\d+ bad-json.*\[nothing-counted]\n/)
  })

  it('passes over a line of 40 MB, keeps its beginning, and goes on', async () => {
    const lines = [frames[0], 'y'.repeat(40e6), frames[1], '{"ts":1468244400}']
    const path = file('long.jsonl', `${lines.join('\n')}\n`)
    const { status, stdout, stderr } = await count(path, '--rejects', 'bad.jsonl')
    assert.equal(status, 0)
    assert.match(stdout, /"frames":2,/)
    assert.match(stderr, /rejected: too-long 1, no-key 1; kept in bad\.jsonl/)
    const kept = readFileSync(join(folder.path, 'bad.jsonl'), 'utf8').trim().split('\n')
    const [long, keyless] = kept.map(line => JSON.parse(line))
    assert.ok(long.size > 16e6 && long.frame.length === 65_536)
    assert.deepEqual([keyless.offset, keyless.reason], [3, 'no-key'])
  })

  it('never overwrites its input with rejects', async () => {
    const text = `${frames.slice(0, 5).join('\n')}\n{}\n`
    const { status, stderr } = await count(file('own.jsonl', text), '--rejects', 'own.jsonl')
    assert.equal(status, 2)
    assert.match(stderr, /own\.jsonl would be overwritten.*\[output-is-input]/)
    assert.equal(readFileSync(join(folder.path, 'own.jsonl'), 'utf8'), text)
  })

  it('keeps every reject, however many there are', async () => {
    const bad = Array.from({ length: 12_000 }, (_, i) =>
      JSON.stringify({ ts: T, i, pad: 'y'.repeat(2_000) })
    )
    const path = file('keyless.jsonl', `${[...frames, ...bad].join('\n')}\n`)
    const { stderr } = await count(path, '--rejects', 'kept.jsonl')
    assert.match(stderr, /no-key 12000; kept in kept\.jsonl\n$/)
    assert.equal(readFileSync(join(folder.path, 'kept.jsonl'), 'utf8').split('\n').length, 12_001)
  })

  it('gives one answer for plain, gzip, zstd, several files and a pipe', async () => {
    const text = `${frames.join('\n')}\n`
    const half = text.indexOf('\n', text.length / 2) + 1
    const ways = [
      [file('plain.jsonl', text)],
      [file('packed.jsonl.gz', gzipSync(text))],
      [file('packed.jsonl.zst', zstdCompressSync(text))],
      [file('one.jsonl', text.slice(0, half)), file('two.jsonl.gz', gzipSync(text.slice(half)))]
    ]
    const answers = await Promise.all(
      ways.map(paths => count('-w', '1m,1h', '--format', 'csv', ...paths))
    )
    const piped = start('count', '-k', 'uid', '-w', '1m,1h', '--format', 'csv')
    piped.stdin.write(text)
    answers.push(await ended(piped))
    const final = ({ stdout }: Ended) => stdout.replace(/,(watermark|end),/g, ',')
    for (const answer of answers) assert.equal(final(answer), final(answers[0]!))
    assert.match(answers[0]!.stdout, /1h,2016-07-11T13:00:00Z,2016-07-11T14:00:00Z,700,/)
  })

  it('ends quietly when nobody reads on', async () => {
    const child = start(
      'count',
      '-k',
      'uid',
      '--format',
      'jsonl',
      file('all.jsonl', frames.join('\n'))
    )
    child.stdout.destroy()
    const [status] = await once(child, 'close')
    assert.equal(status, 0)
  })

  it('at Ctrl-C says what it has so far, and ends with 130', async () => {
    const child = start('count', '-k', 'uid', '--format', 'csv', '--flush-every', '1ms')
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text
    })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      stdout += text
    })
    child.stdin.write(`${frames.slice(0, 1_400).join('\n')}\n`)
    // The first window closes on its own: by then the frames were read.
    while (!stdout.includes('final')) await once(child.stdout, 'data')
    child.kill('SIGINT')
    const [status] = await once(child, 'close')
    assert.equal(status, 130, stderr)
    assert.match(stdout, /1m,2016-07-11T13:41:00Z,.*,provisional/)
    assert.match(stderr, /1400 frames in /)
  })

  it('refuses a wrong size or option before anything is read', async () => {
    const cases: [string[], RegExp][] = [
      [['--window', '7m'], /7m is not a window size.*\[window-size]/],
      [
        ['--windw', '1m'],
        /unknown option --windw \[option-unknown]\n {2}→ did you mean --window\?/
      ],
      [['--precision', '30'], /--precision: 30 is not .*\[option-value]/],
      [['--topic', 'events'], /--topic cannot be combined with .*\[option-conflict]/]
    ]
    for (const [args, message] of cases) {
      const { status, stderr } = await count(...args, 'never-read.jsonl', '--rejects', 'none.jsonl')
      assert.equal(status, 2)
      assert.match(stderr, message)
    }
    assert.ok(!existsSync(join(folder.path, 'none.jsonl')))
  })
})
