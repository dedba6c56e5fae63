import type { Shape } from '../data.ts'
import { type ExtractInput, extractInput } from '../extract-input.ts'
import {
  buildC,
  type Extraction,
  extractorOf,
  type Framing,
  idiomatic,
  runC
} from './extract-contestants.ts'
import { printTargets, type Target } from './sketch-targets.ts'

/** More than this is not held in memory; of challenge-like frames fewer, they are so much longer. */
const SMALL_MAX = 100_000
const CHALLENGE_MAX = 30_000
const PASSES_A_ROUND = 5

interface Figures {
  readonly kernel: number
  readonly plain: number
  /** CPU of the first pass, over frames never parsed before; and the best passes of each chunk. */
  readonly idiomaticNew?: number
  readonly idiomatic?: number
  readonly c: number | undefined
}

/**
 * In memory, from chunks as a socket hands them over to a count of users per minute, ns a frame: the kernel,
 * its plain twin, JSON.parse with a Map of Sets, and a C program of ours by the same method with AVX2.
 * Answers proved. In turn, and of each chunk the best pass counts: others use the machine, too.
 */
export function extract(frames: number, rounds: number): void {
  const c = buildC()
  if (c === undefined) console.log('\nno C compiler for AVX2 here: its program is left out')
  try {
    const challenge = shape('challenge', Math.min(frames, CHALLENGE_MAX), rounds, c?.program)
    const small = shape('small', Math.min(frames, SMALL_MAX), rounds, c?.program)
    printTargets(targetsOf(challenge, small))
  } finally {
    c?.remove()
  }
}

interface Framed {
  readonly lines: Figures
  readonly records: Figures
  readonly checked: Figures
}

function shape(name: Shape, frames: number, rounds: number, program: string | undefined): Framed {
  const input = extractInput(name, frames)
  try {
    const figures = (framing: Framing): Figures => contest(name, framing, input, rounds, program)
    return { lines: figures('lines'), records: figures('records'), checked: figures('checked') }
  } finally {
    input.remove()
  }
}

const TITLES: Readonly<Record<Framing, string>> = {
  lines: 'as lines',
  records: 'as records',
  checked: 'as records, with CRC'
}

function contest(
  name: Shape,
  framing: Framing,
  input: ExtractInput,
  rounds: number,
  program: string | undefined
): Figures {
  const { frames } = input.truth
  const kernel = extractorOf('wasm', framing, input, true)
  const plain = extractorOf('plain', framing, input)
  const usual = idiomatic(input)
  const contestants = [kernel, extractorOf('wasm', framing, input), plain]
  if (framing === 'lines') contestants.push(usual)
  const best = new Map<Extraction, readonly number[]>()
  let first: number | undefined
  let c: number | undefined
  if (framing === 'lines') first = cpuNanoseconds(() => usual.run(true)) / frames
  for (const each of contestants) each.run(true)
  for (let pass = 0; pass < rounds * PASSES_A_ROUND; pass++) {
    for (const each of contestants) {
      const laps = each.run(false)
      const before = best.get(each)
      best.set(each, before ? laps.map((lap, i) => Math.min(lap, before[i]!)) : laps)
    }
    if (program === undefined || pass % PASSES_A_ROUND > 0) continue
    const ns = runC(program, framing, input, PASSES_A_ROUND)
    c = Math.min(ns, c ?? ns)
  }
  const times = new Map(
    [...best].map(([each, laps]) => [each, (sum(laps) * 1e6) / frames] as const)
  )
  const rows = [...times].map(([each, ns]) => [each.name, ns] as const)
  const title = `${frames} ${name} frames of ${input.frameBytes.toFixed(0)} B ${TITLES[framing]}, ns a frame`
  print(title, c === undefined ? rows : [...rows, ['C, AVX2', c]])
  const parsed = times.get(usual)
  return {
    kernel: times.get(kernel)!,
    plain: times.get(plain)!,
    c,
    ...(parsed && first ? { idiomatic: parsed, idiomaticNew: first } : {})
  }
}

/** Of this thread alone: neighbours on the machine weigh less than on the time of day. */
function cpuNanoseconds(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) * 1_000
}

function sum(laps: readonly number[]): number {
  return laps.reduce((total, lap) => total + lap, 0)
}

function print(title: string, rows: readonly (readonly [string, number])[]): void {
  console.log(`\n${title} (best pass of each chunk, proved)`)
  for (const [name, ns] of rows) {
    const ratio = `${(ns / rows[0]![1]).toFixed(2)}×`
    console.log(`  ${name.padEnd(46)}${ns.toFixed(0).padStart(9)}${ratio.padStart(9)}`)
  }
}

function targetsOf(challenge: Framed, small: Framed): readonly Target[] {
  const times = (name: string, value: number, bound: number): Target => {
    return { name, value, unit: '×', bound, sense: '≥' }
  }
  const { lines, records, checked } = challenge
  return [
    times('2 KB: JSON.parse beside the kernel', lines.idiomatic! / lines.kernel, 40),
    times('2 KB: never seen before', lines.idiomaticNew! / lines.kernel, 80),
    times('2 KB: plain twin beside the kernel', lines.plain / lines.kernel, 2.2),
    times('90 B: JSON.parse beside the kernel', small.lines.idiomatic! / small.lines.kernel, 6),
    ...(lines.c === undefined || records.c === undefined || checked.c === undefined
      ? []
      : [
          times('2 KB lines: share of C', lines.c / lines.kernel, 0.75),
          times('2 KB records: share of C', records.c / records.kernel, 0.75),
          times('2 KB records with CRC: share of C', checked.c / checked.kernel, 0.45)
        ])
  ]
}
