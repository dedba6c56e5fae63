import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { answerOfResults } from '../answers.ts'
import { compare } from '../comparison.ts'
import { frameFile, type Shape } from '../data.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const SIX = ['1m', '1h', '1d', '1w', '1mo', '1y']
/** The second pace makes a minute of 1,200 frames, and more hours than one. */
const FILES: readonly (readonly [shape: Shape, framesPerSecond: number])[] = [
  ['challenge', 1_000],
  ['small', 1_000],
  ['small', 20]
]

/** What more sizes cost: six of them against one, from the same file, whole processes in turn. */
export async function windows(frames: number, rounds: number): Promise<void> {
  for (const [shape, framesPerSecond] of FILES) {
    const path = frameFile(shape, frames, { framesPerSecond })
    const contender = (sizes: readonly string[]) => ({
      name: `--window ${sizes.join(',')}`,
      script: headcount,
      args: ['count', '--key', 'uid', '--format', 'jsonl', '--window', sizes.join(','), path],
      answer: (stdout: string) => minutesOf(stdout, frames),
      frames
    })
    const title = `${frames} ${shape} frames from a file, ${framesPerSecond} a second`
    await compare(title, [contender(['1m']), contender(SIX)], rounds)
  }
}

/** The minutes' answer; every size must hold all the frames, and as many users where it is one window. */
function minutesOf(stdout: string, frames: number): string {
  const lines = stdout.trimEnd().split('\n')
  const held = new Map<string, number>()
  const whole = new Set<number>()
  for (const line of lines) {
    const { window, status, frames: counted, uniques } = JSON.parse(line)
    if (status === 'provisional') continue
    assert.equal(status, 'final')
    held.set(window, (held.get(window) ?? 0) + counted)
    if (counted === frames) whole.add(uniques)
  }
  for (const [size, counted] of held) assert.equal(counted, frames, `frames in ${size}`)
  assert.ok(whole.size <= 1, `${[...whole].join(', ')} users in the same frames`)
  return answerOfResults(lines.filter(line => JSON.parse(line).window === '1m').join('\n'))
}
