import { relative } from 'node:path'
import { run } from 'node:test'
import { inspect } from 'node:util'
import { projectRoot } from '../gate/tree.ts'
import { FILE_DEADLINE_VARIABLE } from './file-deadline.ts'

/** What a layer of tests came to; layers add up to the closing lines. */
export interface Counts {
  tests: number
  suites: number
  passed: number
  failed: number
  cancelled: number
  skipped: number
  todo: number
}

export const noTests: Readonly<Counts> = {
  tests: 0,
  suites: 0,
  passed: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
  todo: 0
}

/** How many files that hang a layer waits for. */
const LAYER_FILES_MAX = 5

export interface LayerOptions {
  readonly concurrency: number
  /** For one test, in ms: a hang fails by name instead of holding everything. */
  readonly timeoutMs: number
  /** For one file, in ms: what its tests left open must not keep it, and the run, from ending. */
  readonly fileMs: number
  /** Ends the run early; what did not finish counts as cancelled. */
  readonly signal?: AbortSignal
}

/** Runs test files, one process each: a line per file, failures in full as they happen. */
export async function runLayer(files: readonly string[], options: LayerOptions): Promise<Counts> {
  const { timeoutMs: timeout, fileMs, concurrency, signal } = options
  process.env[FILE_DEADLINE_VARIABLE] = String(fileMs)
  const execArgv = ['--import', new URL('file-deadline.ts', import.meta.url).href]
  // For a file that is too busy to look at its own deadline.
  const late = AbortSignal.timeout(LAYER_FILES_MAX * fileMs)
  const ends = { signal: AbortSignal.any(signal ? [signal, late] : [late]) }
  const stream = run({ files, timeout, cwd: projectRoot, execArgv, concurrency, ...ends })
  const reasons = new Map<string, number>()
  const counts = { ...noTests }
  for await (const { type, data } of stream) {
    if (type === 'test:stdout' || type === 'test:stderr') process.stdout.write(data.message)
    if (type === 'test:fail') showFailure(data)
    if (type === 'test:pass' && typeof data.skip === 'string') {
      reasons.set(data.skip, (reasons.get(data.skip) ?? 0) + 1)
    }
    if (type !== 'test:summary') continue
    if (data.file === undefined) add(counts, data.counts)
    else showFile(data.file, data.success, data.counts, data.duration_ms)
  }
  for (const [reason, times] of reasons) console.log(`  skipped ${times}: ${reason}`)
  return counts
}

export function add(sum: Counts, more: Readonly<Partial<Counts>>): void {
  for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += more[name] ?? 0
}

type Summary = Readonly<Partial<Counts>>

function showFile(file: string, success: boolean, counts: Summary, durationMs: number): void {
  const path = relative(projectRoot, file)
  const skipped = counts.skipped ? `, ${counts.skipped} skipped` : ''
  const seconds = (durationMs / 1_000).toFixed(1)
  console.log(
    `  ${success ? 'ok    ' : 'FAILED'}  ${path}  ${counts.tests} tests${skipped}, ${seconds} s`
  )
}

interface Failure {
  readonly name: string
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly details: { readonly error: Error & { failureType?: string } }
}

function showFailure({ name, file, line, details: { error } }: Failure): void {
  // The suite around a failed test has nothing of its own to say.
  if (error.failureType === 'subtestsFailed') return
  const place = file === undefined ? '' : ` (${relative(projectRoot, file)}:${line ?? 1})`
  console.log(`\n  FAILED  ${name}${place}`)
  const cause = error.cause ?? error
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause)
  const ours = text.split('\n').filter(line => !/^\s+at .*node:internal\//.test(line))
  for (const line of ours) console.log(`    ${line}`)
  console.log()
}

/** The closing lines, worded as node's own runner words them. */
export function showTotals(counts: Readonly<Counts>, durationMs: number): void {
  const { tests, suites, passed, failed, cancelled, skipped, todo } = counts
  const rows = { tests, suites, pass: passed, fail: failed, cancelled, skipped, todo }
  console.log()
  for (const [name, count] of Object.entries(rows)) console.log(`ℹ ${name} ${count}`)
  console.log(`ℹ duration_ms ${Math.round(durationMs)}`)
}
