import { fileURLToPath } from 'node:url'
import { answerOfResults } from '../answers.ts'
import { compare } from '../comparison.ts'
import { frameFile, type Shape } from '../data.ts'
import { type ExtractInput, extractInput } from '../extract-input.ts'
import { median } from '../measure.ts'
import { extractorOf } from './extract-contestants.ts'
import { printTargets, type Target } from './sketch-targets.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
/** What is read of it weighs nothing: its count is the start of a process. */
const START_FRAMES = 100
/** Of small frames more, so that the start weighs as little. */
const SMALL_TIMES = 5
/** More is not held in memory. */
const HELD_MAX: Readonly<Record<Shape, number>> = { challenge: 30_000, small: 100_000 }
const PASSES = 10
const SHARES: Readonly<Record<Shape, number>> = { challenge: 0.6, small: 0.85 }

/**
 * What reading a file and everything around extraction cost: a count of it on one thread beside the kernel and its
 * sketches in memory, which `extract` measures; CPU time of both, in one run.
 */
export async function fileRate(frames: number, rounds: number): Promise<void> {
  for (const shape of ['challenge', 'small'] as const) {
    const count = shape === 'small' ? frames * SMALL_TIMES : frames
    const input = extractInput(shape, Math.min(count, HELD_MAX[shape]))
    try {
      const before = inMemory(input, rounds)
      const file = await fromFile(shape, count, rounds)
      // On both sides of the other: the machine may have changed in between.
      const memory = (before + inMemory(input, rounds)) / 2
      console.log(`  the same in memory, extraction and sketches: ${memory.toFixed(0)} ns a frame`)
      console.log(`  from the file without the start: ${file.toFixed(0)} ns a frame`)
      const target = { unit: '×', bound: SHARES[shape], sense: '≥' } as const
      const name = `${shape} frames: rate from a file beside that in memory`
      printTargets([{ name, value: memory / file, ...target } satisfies Target])
    } finally {
      input.remove()
    }
  }
}

/** ns of CPU a frame, over whole passes, the answer proved. */
function inMemory(input: ExtractInput, rounds: number): number {
  const kernel = extractorOf('wasm', 'lines', input, true)
  kernel.run(true)
  const laps = Array.from({ length: rounds }, () => {
    const before = process.threadCpuUsage()
    for (let pass = 0; pass < PASSES; pass++) kernel.run(false)
    const { user, system } = process.threadCpuUsage(before)
    return ((user + system) * 1_000) / (input.truth.frames * PASSES)
  })
  return median(laps)
}

/** ns of CPU a frame of whole processes, without what a count of next to nothing takes. */
async function fromFile(shape: Shape, frames: number, rounds: number): Promise<number> {
  const path = frameFile(shape, frames)
  const counting = (name: string, file: string, of: number) => ({
    name,
    script: headcount,
    args: ['count', '--key', 'uid', '--window', '1m', '--format', 'jsonl', file],
    // Two files: an answer is equal to that of its own in each round.
    answer: (stdout: string) => (file === path ? answerOfResults(stdout) : undefined),
    frames: of
  })
  const start = frameFile(shape, START_FRAMES)
  const [whole, next] = await compare(
    `${frames} ${shape} frames from a file, one thread`,
    [
      counting('headcount', path, frames),
      counting(`headcount, ${START_FRAMES} frames`, start, frames)
    ],
    rounds
  )
  return (whole!.cpuPerMillion - next!.cpuPerMillion) * 1_000
}
