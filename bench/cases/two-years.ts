import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { frameFile } from '../data.ts'
import { measure } from '../measure.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const SECONDS = 730 * 86_400
/** As the generator of the file has it; many frames each, so that all of them come. */
const USERS = 50_000
const SIZES = ['1m', '1h', '1d', '1w', '1mo', '1y']

/** Memory while two years of one group are counted from a file, in six sizes. */
export async function twoYears(frames: number): Promise<void> {
  const path = frameFile('small', frames, {
    framesPerSecond: Number((frames / SECONDS).toPrecision(6))
  })
  const windows = ['--window', SIZES.join(','), '--confidence', '0.997']
  const args = ['count', '--key', 'uid', ...windows, '--format', 'jsonl', path]
  const { rssMB, cpuSeconds, stdout } = await measure(headcount, args)
  const counted = new Map<string, number>()
  let last = { frames: 0, low: 0, high: 0 }
  for (const line of stdout.trimEnd().split('\n')) {
    const record = JSON.parse(line)
    if (record.status === 'provisional') continue
    assert.equal(record.status, 'final')
    counted.set(record.window, (counted.get(record.window) ?? 0) + record.frames)
    if (record.window === '1y' && record.frames > last.frames) last = record
  }
  for (const size of SIZES) assert.equal(counted.get(size), frames, `frames in ${size}`)
  if (frames >= USERS * 50) assert.ok(last.low <= USERS && USERS <= last.high, `${last.low}…`)
  console.log(
    `\ntwo years of one group, ${frames} small frames, windows ${SIZES.join(', ')}: ` +
      `${rssMB.toFixed(0)} MB at most, ${cpuSeconds.toFixed(1)} CPU-s`
  )
}
