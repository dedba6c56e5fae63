import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { verdicts } from '../../src/extract/columns.ts'
import { createExtractor } from '../../src/extract/create.ts'
import { FrameGenerator } from '../../src/testing/frame-generator.ts'
import type { FrameOptions } from '../../src/testing/frame-options.ts'
import { recount } from './truth-recount.ts'

function generate(options: Partial<FrameOptions>): { bytes: Buffer; generator: FrameGenerator } {
  const generator = new FrameGenerator({ truth: true, ...options })
  const bytes = Buffer.concat(Array.from(generator, chunk => Buffer.from(chunk)))
  return { bytes, generator }
}

const everything: Partial<FrameOptions> = {
  frames: 4_000,
  users: 700,
  seed: 11,
  framesPerSecond: 20,
  groups: 12,
  lateShare: 0.05,
  lateMaxMs: 90_000,
  bitflipShare: 0.01,
  brokenShare: 0.05
}

test('a seed gives the same bytes forever', () => {
  const hashes = (['small', 'challenge', 'mixed'] as const).map(shape => {
    const { bytes } = generate({ ...everything, shape, truth: false })
    return createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  })
  assert.deepEqual(hashes, ['ff88bf3fae5f7f11', 'bcc0ed005bba9d52', '0f94b58d5776b93d'])
})

test('the truth is what an independent recount with JSON.parse finds', () => {
  for (const shape of ['small', 'challenge', 'mixed'] as const) {
    for (const timeUnit of ['s', 'ms'] as const) {
      const { bytes, generator } = generate({ ...everything, shape, timeUnit })
      const truth = generator.truth()
      const found = recount(bytes)
      assert.deepEqual(found.minutes, truth.minutes)
      assert.equal(found.frames, truth.frames)
      assert.equal(found.distinct_uids, truth.distinct_uids)
      assert.deepEqual(found.broken, truth.broken)
      assert.equal(found.lines, truth.lines)
      assert.equal(truth.lines, 4_000)
      assert.ok(Object.values(truth.broken).every(count => count > 0))
    }
  }
})

test('the extractor rejects exactly the lines that the truth calls broken', () => {
  const { bytes, generator } = generate({ ...everything, shape: 'challenge' })
  const extractor = createExtractor({ key: 'uid', time: 'ts' })
  const found = new Map<string, number>()
  for (let at = 0; at < bytes.length; ) {
    at = extractor.lines(bytes, at, bytes.length, true)
    const { count, verdict } = extractor.columns
    for (const code of verdict.subarray(0, count)) {
      found.set(verdicts[code]!, (found.get(verdicts[code]!) ?? 0) + 1)
    }
  }
  const { frames, broken } = generator.truth()
  assert.deepEqual(Object.fromEntries(found), { ...broken, counted: frames })
})

test('late and flipped frames are listed apart', () => {
  const truth = generate(everything).generator.truth()
  assert.ok(truth.delayed > 150 && truth.delayed < 250, String(truth.delayed))
  assert.ok(truth.late > 100 && truth.late <= truth.delayed, String(truth.late))
  assert.ok(truth.flipped.frames > 20 && truth.flipped.frames < 70)
  const left = truth.without_flipped!
  const frames = (minutes: typeof left.minutes) =>
    minutes.reduce((sum, each) => sum + each.frames, 0)
  assert.equal(frames(left.minutes) + frames(truth.flipped.minutes), truth.frames)
  assert.ok(left.minutes.length < truth.minutes.length)
})

test('without lateness, flips and broken lines every line counts in order', () => {
  const { bytes, generator } = generate({ frames: 3_000, framesPerSecond: 10, shape: 'small' })
  const truth = generator.truth()
  assert.deepEqual(
    truth.minutes.map(minute => minute.frames),
    [600, 600, 600, 600, 600]
  )
  assert.equal(truth.late + truth.delayed + truth.flipped.frames, 0)
  assert.equal(truth.without_flipped, undefined)
  assert.equal(bytes.toString().trimEnd().split('\n').length, 3_000)
})

test('frames have the size of their shape', () => {
  const sizes = (options: Partial<FrameOptions>) =>
    generate({ frames: 500, ...options })
      .bytes.toString('latin1')
      .trimEnd()
      .split('\n')
      .map(line => line.length)
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const challenge = sizes({ shape: 'challenge' })
  assert.ok(Math.min(...challenge) >= 2_000 && Math.max(...challenge) < 2_250)
  assert.ok(mean(sizes({ shape: 'small' })) < 110)
  assert.ok(Math.max(...sizes({ shape: 'mixed', frames: 3_000 })) < 3_300)
  assert.ok(Math.abs(mean(sizes({ frameBytes: 700 })) - 700) < 50)
})

test('challenge-like frames have what makes scanners stumble', () => {
  const text = generate({ frames: 6_000, shape: 'challenge' }).bytes.toString()
  const lines = text.trimEnd().split('\n')
  const share = (pattern: RegExp) => lines.filter(line => pattern.test(line)).length / lines.length
  assert.ok(share(/^\{"(ts|uid)"/) > 0.3, 'wanted fields first')
  assert.ok(share(/[{,]"ts":14\d+.*"uid/) > 0.3, 'time first')
  assert.ok(share(/"uid":"[0-9a-f]{19}".*"ts"/) > 0.3, 'key first')
  assert.ok(share(/"uid":"decoy/) > 0.2, 'nested decoys')
  assert.ok(share(/\\"uid\\":/) > 0.05, 'decoys inside strings')
  assert.ok(share(/"uid" ?: ?"[0-9a-f]*\\u00/) > 0.002, 'escaped keys')
  assert.ok(share(/[а-я]/) > 0.3, 'text beyond ASCII')
  assert.ok((text.match(/\\/g)?.length ?? 0) / lines.length > 60, 'escapes')
})

test('every user has a uid of their own and stays in one group', () => {
  const { bytes } = generate({ frames: 20_000, users: 3_000, groups: 40, shape: 'small' })
  const groupOf = new Map<string, string>()
  for (const line of bytes.toString().trimEnd().split('\n')) {
    const { uid, country } = JSON.parse(line) as { uid: string; country: string }
    assert.match(uid, /^[0-9a-f]{19}$/)
    assert.equal(groupOf.get(uid) ?? country, country)
    groupOf.set(uid, country)
  }
  assert.ok(groupOf.size > 2_900 && groupOf.size <= 3_000)
  const groups = new Set(groupOf.values())
  assert.ok(groups.size > 35 && groups.size <= 40)
})

test('chunks hold whole lines, whatever their number', () => {
  const generator = new FrameGenerator({ frames: 2_500, shape: 'challenge' })
  let lines = 0
  for (const chunk of generator) {
    assert.equal(chunk.at(-1), 0x0a)
    lines += Buffer.from(chunk).toString('latin1').split('\n').length - 1
  }
  assert.equal(lines, 2_500)
  assert.equal(new FrameGenerator({ frames: 0 }).next(), undefined)
})
