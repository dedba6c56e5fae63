import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { verdicts } from '../../src/extract/columns.ts'
import { createExtractor } from '../../src/extract/create.ts'
import { FrameGenerator } from '../../src/testing/frame-generator.ts'
import { AdversarialFrames } from './adversarial-frames.ts'
import { parsedWorth } from './parse-oracle.ts'
import { options } from './rows.ts'

/** More frames for a long run: HEADCOUNT_RUNS=1000000. */
const FRAMES = Number(process.env.HEADCOUNT_RUNS ?? 3_000)
const FRAMES_A_CHUNK = 60
const [NEWLINE, RETURN] = [0x0a, 0x0d]
const LINE_ENDS = ['\n', '\n', '\r\n', '\n\n', '\n\ufeff', ' \n\t\r\n']

interface Seen {
  frames: number
  /** JSON.parse takes them. */
  parsed: number
  counted: number
}

/** Both twins' rows of lines, compared with JSON.parse wherever that takes the frame. */
class Judge {
  readonly seen: Seen = { frames: 0, parsed: 0, counted: 0 }
  private readonly twins = (['wasm', 'plain'] as const).map(kind =>
    createExtractor(options, {}, kind)
  )

  take(bytes: Uint8Array): void {
    for (const twin of this.twins) twin.nextLine = 0
    const rows = this.twins.map(twin => {
      assert.equal(twin.lines(bytes, 0, bytes.length, true), bytes.length, 'one call takes all')
      return twin.columns
    })
    const frames = linesOf(bytes)
    for (const { count } of rows) assert.equal(count, frames.length)
    for (const [row, frame] of frames.entries()) {
      const worth = parsedWorth(frame)
      this.seen.frames++
      if (worth === undefined) continue
      this.seen.parsed++
      if (worth.verdict === 'counted') this.seen.counted++
      for (const { verdict, time, h1lo, h1hi, h2lo, h2hi } of rows) {
        const shown = Buffer.from(frame).toString('latin1')
        assert.equal(verdicts[verdict[row]!], worth.verdict, shown)
        if (worth.verdict !== 'counted') continue
        assert.equal(time[row], worth.time, shown)
        if (worth.hash === undefined) continue
        assert.equal([h1lo[row], h1hi[row], h2lo[row], h2hi[row]].join(), worth.hash, shown)
      }
    }
  }
}

/** The lines that give rows: not blank, without their ends. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, at)
    const end = found < 0 ? bytes.length : found
    const line = bytes.subarray(at, end > at && bytes[end - 1] === RETURN ? end - 1 : end)
    if (!/^(?:\xef\xbb\xbf)?[ \t\r]*$/.test(Buffer.from(line).toString('latin1'))) lines.push(line)
    at = end + 1
  }
  return lines
}

test('frames made to mislead, whole, cut and damaged, count as JSON.parse reads them', t => {
  const random = new Random(7)
  const source = new AdversarialFrames(random)
  const judge = new Judge()
  while (judge.seen.frames < FRAMES) {
    const parts = Array.from({ length: FRAMES_A_CHUNK }, () => {
      const frame = random.below(3) === 0 ? source.clean() : source.next()
      return [frame, Buffer.from(LINE_ENDS[random.below(LINE_ENDS.length)]!)]
    })
    judge.take(Buffer.concat(parts.flat()))
  }
  t.diagnostic(JSON.stringify(judge.seen))
  assert.ok(judge.seen.parsed > FRAMES / 3 && judge.seen.counted > FRAMES / 4, 'most are JSON')
})

test('generated frames of all sizes count as JSON.parse reads them', t => {
  const judge = new Judge()
  const generator = new FrameGenerator({
    frames: FRAMES,
    seed: 11,
    groups: 20,
    lateShare: 0.1,
    bitflipShare: 0.01,
    brokenShare: 0.02
  })
  for (const chunk of generator) judge.take(chunk)
  t.diagnostic(JSON.stringify(judge.seen))
  assert.ok(judge.seen.frames > FRAMES * 0.99 && judge.seen.counted > FRAMES * 0.97)
})
