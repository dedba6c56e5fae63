import { createReadStream } from 'node:fs'
import { utf8 } from '../../src/core/bytes.ts'
import { HASH_SEED, murmur3x64128 } from '../../src/core/murmur3.ts'
import { createSketch } from '../../src/sketch/create.ts'
import type { SketchKind } from '../../src/sketch/sketch.ts'

/** What counting the frames of one window by hand gives. */
export interface TrueWindow {
  readonly frames: number
  /** What the sketch estimates for these users; their number, where it is exact. */
  readonly uniques: number
  /** As the window is stored. */
  readonly sketch: Uint8Array
}

const MINUTE_MS = 60_000
const PRECISION = 14

interface Tally {
  frames: number
  readonly users: Set<string>
}

/**
 * Sets of users, kept apart from all code that counts: by `<size>|<start in ms>`. Reads in pieces, so that
 * links of other histories go on meanwhile.
 */
export async function trueWindows(
  path: string,
  kind: SketchKind,
  sizes: ReadonlyMap<string, number>
): Promise<ReadonlyMap<string, TrueWindow>> {
  const minutes = await tallyMinutes(path)
  const windows = new Map<string, TrueWindow>()
  for (const [name, length] of sizes) {
    const tallies = new Map<number, Tally>()
    for (const [minute, { frames, users }] of minutes) {
      const start = Math.floor(minute / length) * length * MINUTE_MS
      const tally = tallyOf(tallies, start)
      tally.frames += frames
      for (const user of users) tally.users.add(user)
    }
    for (const [start, { frames, users }] of tallies) {
      const sketch = createSketch(kind, PRECISION)
      for (const user of users) sketch.add(...hashOf(user))
      const uniques = kind === 'exact' ? users.size : sketch.estimate(0.95).value
      windows.set(`${name}|${start}`, { frames, uniques, sketch: sketch.serialize() })
    }
  }
  return windows
}

async function tallyMinutes(path: string): Promise<ReadonlyMap<number, Tally>> {
  const minutes = new Map<number, Tally>()
  let rest = ''
  for await (const piece of createReadStream(path, { encoding: 'utf8' })) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      const { uid, ts } = JSON.parse(line) as { readonly uid: string; readonly ts: number }
      const tally = tallyOf(minutes, Math.floor((ts * 1_000) / MINUTE_MS))
      tally.frames++
      tally.users.add(uid)
    }
  }
  return minutes
}

function tallyOf(tallies: Map<number, Tally>, at: number): Tally {
  const found = tallies.get(at) ?? { frames: 0, users: new Set() }
  tallies.set(at, found)
  return found
}

function hashOf(user: string): [number, number, number, number] {
  const name = utf8(user)
  const hash = new Uint32Array(4)
  murmur3x64128(name, 0, name.length, HASH_SEED, hash)
  return [hash[0]!, hash[1]!, hash[2]!, hash[3]!]
}
