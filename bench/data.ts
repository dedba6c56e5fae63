import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FrameGenerator } from '../src/testing/frame-generator.ts'

export type Shape = 'small' | 'challenge'

/**
 * A file of generated frames, made once and kept in the temporary folder. Nothing in it is broken or
 * late, so that the plainest loop gives the right answer too.
 */
export function frameFile(shape: Shape, frames: number, framesPerSecond = 1_000): string {
  const folder = join(tmpdir(), 'headcount-bench-data')
  const pace = framesPerSecond === 1_000 ? '' : `-${framesPerSecond}`
  const path = join(folder, `${shape}-${frames}${pace}.jsonl`)
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  const generator = new FrameGenerator({
    frames,
    shape,
    seed: 42,
    users: 50_000,
    framesPerSecond
  })
  const file = openSync(`${path}.part`, 'w')
  for (const chunk of generator) writeSync(file, chunk)
  closeSync(file)
  renameSync(`${path}.part`, path)
  return path
}
