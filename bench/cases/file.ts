import { fileURLToPath } from 'node:url'
import { answerOfResults, checkBounds } from '../answers.ts'
import { compare } from '../comparison.ts'
import { frameFile, type Shape } from '../data.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const idiomatic = fileURLToPath(new URL('../peers/idiomatic-file.ts', import.meta.url))

/** Unique users per minute from a file: headcount against readline + JSON.parse + Map of Sets. */
export async function file(frames: number, rounds: number): Promise<void> {
  for (const shape of ['challenge', 'small'] as const satisfies readonly Shape[]) {
    const path = frameFile(shape, frames)
    const args = ['count', '--key', 'uid', '--window', '1m', '--format', 'jsonl', path]
    const [one, two] = await compare(
      `${frames} ${shape} frames from a file`,
      [
        {
          name: 'headcount',
          script: headcount,
          args: [...args, '--confidence', '0.997'],
          answer: checkBounds,
          frames
        },
        {
          name: 'headcount --threads 2',
          script: headcount,
          args: [...args, '--confidence', '0.997', '--threads', '2'],
          answer: checkBounds,
          frames
        },
        {
          name: 'headcount --sketch exact',
          script: headcount,
          args: [...args, '--sketch', 'exact'],
          answer: answerOfResults,
          frames
        },
        {
          name: 'readline + JSON.parse + Map of Sets',
          script: idiomatic,
          args: [path],
          answer: stdout => stdout.trim(),
          frames
        }
      ],
      rounds
    )
    const times = (one!.wallSeconds / two!.wallSeconds).toFixed(2)
    console.log(`  two threads: ${times}× as fast as one on the clock on the wall`)
  }
}
