import { fileURLToPath } from 'node:url'
import { frameFile } from '../data.ts'
import { measure } from '../measure.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))

/** Memory while a large file is counted: ten times the frames must not need more. */
export async function memory(frames: number): Promise<void> {
  console.log('\nmemory on challenge frames')
  for (const count of [frames / 10, frames]) {
    const path = frameFile('challenge', count)
    const args = ['count', '--key', 'uid', '--window', '1m,1h', '--format', 'jsonl', path]
    const { rssMB, cpuSeconds } = await measure(headcount, args)
    console.log(`  ${count} frames: ${rssMB.toFixed(0)} MB at most, ${cpuSeconds.toFixed(1)} CPU-s`)
  }
}
