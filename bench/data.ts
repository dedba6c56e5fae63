import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FrameGenerator } from '../src/testing/frame-generator.ts'

export type Shape = 'small' | 'challenge'

/** What the frames of a file are like, where it matters. */
export interface FrameOptions {
  /** Of event time; 1,000 unless said. */
  readonly framesPerSecond?: number
  /** 50,000 unless said. */
  readonly users?: number
  /** Different countries; none unless said. */
  readonly groups?: number
}

/**
 * A file of generated frames, made once and kept in the temporary folder. Nothing in it is broken or
 * late, so that the plainest loop gives the right answer too.
 */
export function frameFile(shape: Shape, frames: number, options: FrameOptions = {}): string {
  const folder = join(tmpdir(), 'headcount-bench-data')
  const kind = Object.values(options).map(value => `-${value}`)
  const path = join(folder, `${shape}-${frames}${kind.join('')}.jsonl`)
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  const { framesPerSecond = 1_000, users = 50_000, groups = 0 } = options
  const generator = new FrameGenerator({ frames, shape, seed: 42, users, framesPerSecond, groups })
  const file = openSync(`${path}.part`, 'w')
  for (const chunk of generator) writeSync(file, chunk)
  closeSync(file)
  renameSync(`${path}.part`, path)
  return path
}
