import { fileURLToPath } from 'node:url'
import { answerOfResults, checkBounds, LargestErrors } from '../answers.ts'
import { type Contender, compare, type Row } from '../comparison.ts'
import { frameFile, type Shape } from '../data.ts'
import { isInstalled } from '../packages.ts'
import { printTargets, type Target } from './sketch-targets.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const chdb = fileURLToPath(new URL('../peers/chdb-file.ts', import.meta.url))
const duckdb = fileURLToPath(new URL('../peers/duckdb-file.ts', import.meta.url))
/** Five times the frames, so that start-up weighs about as little. */
const SMALL_TIMES = 5
/** DuckDB's sketch is off by 9 % in some minute. What counts something else is off by more. */
const ERROR_MAX = 0.25
const RSS_MB_MAX = 150
const TIMES: Readonly<Record<Shape, number>> = { challenge: 5, small: 3 }
const CHDB = 'chDB uniqCombined'
const DUCKDB = 'DuckDB approx_count_distinct'
/** chDB's sketch has 2^17 registers, ours 2^14 unless more are asked for. */
const PRECISE = 'headcount --precision 17'
const SKETCH = 'headcount'
const EXACT = 'headcount --sketch exact'

/** Users per minute from a file, one thread each: headcount against the databases that people load it into. */
export async function files(frames: number, rounds: number): Promise<void> {
  const hasChdb = isInstalled('chdb', say)
  const hasDuckdb = isInstalled('@duckdb/node-api', say)
  for (const shape of ['challenge', 'small'] as const) {
    const count = shape === 'small' ? frames * SMALL_TIMES : frames
    const path = frameFile(shape, count)
    const errors = new LargestErrors()
    const contenders = [
      ...headcounts(path, count, errors),
      ...(hasChdb ? [sketching(CHDB, chdb, [path], count, errors)] : []),
      ...(hasDuckdb ? duckdbs(path, count, errors) : [])
    ]
    const title = `${count} ${shape} frames from a file, one thread`
    const rows = await compare(title, contenders, rounds)
    errors.print()
    printTargets(targets(rows, TIMES[shape], errors))
  }
}

/** Of the sketch as it comes, and of the exact count, the one with the smaller error. */
function targets(rows: readonly Row[], times: number, errors: LargestErrors): Target[] {
  const rivals = rows.filter(({ name }) => name === CHDB || name === DUCKDB)
  const theirs = errors.percentOf(CHDB)
  return rows
    .filter(({ name }) => name === SKETCH || name === EXACT)
    .flatMap((ours): Target[] => {
      const cpu = rivals.map(({ name, cpuPerMillion }): Target => {
        const value = cpuPerMillion / ours.cpuPerMillion
        return { name: `CPU of ${name}`, value, unit: '×', bound: times, sense: '≥' }
      })
      // Exact answers were proved equal.
      const value = errors.percentOf(ours.name) ?? 0
      const bound = Number(theirs?.toFixed(2))
      const error: Target = { name: 'largest error', value, unit: ' %', bound, sense: '≤' }
      const memory = { value: ours.rssMB, unit: ' MB', bound: RSS_MB_MAX, sense: '≤' as const }
      return [...cpu, ...(theirs === undefined ? [] : [error]), { name: 'memory', ...memory }].map(
        target => ({ ...target, name: `${ours.name}: ${target.name}` })
      )
    })
}

function headcounts(path: string, frames: number, errors: LargestErrors): Contender[] {
  const args = ['count', '--key', 'uid', '--window', '1m', '--format', 'jsonl', path]
  const counting = (name: string, ...more: string[]): Contender => ({
    name,
    script: headcount,
    args: [...args, '--confidence', '0.997', ...more],
    answer: (stdout, exact) => {
      checkBounds(stdout, exact)
      if (exact !== undefined) errors.take(name, answerOfResults(stdout), exact, ERROR_MAX)
      return undefined
    },
    frames
  })
  const exact: Contender = {
    name: EXACT,
    script: headcount,
    args: [...args, '--sketch', 'exact'],
    answer: answerOfResults,
    frames
  }
  return [counting(SKETCH), counting(PRECISE, '--precision', '17'), exact]
}

function duckdbs(path: string, frames: number, errors: LargestErrors): Contender[] {
  return [
    sketching(DUCKDB, duckdb, ['approximate', path], frames, errors),
    {
      name: 'DuckDB count(DISTINCT)',
      script: duckdb,
      args: ['exact', path],
      answer: stdout => stdout.trim(),
      frames
    }
  ]
}

function sketching(
  name: string,
  script: string,
  args: readonly string[],
  frames: number,
  errors: LargestErrors
): Contender {
  const answer = (stdout: string, exact: string | undefined): undefined => {
    if (exact !== undefined) errors.take(name, stdout.trim(), exact, ERROR_MAX)
  }
  return { name, script, args, answer, frames }
}

function say(line: string): void {
  console.log(line)
}
