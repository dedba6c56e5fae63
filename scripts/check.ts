import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from './gate/tree.ts'

interface Step {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

interface Outcome {
  readonly step: Step
  readonly ok: boolean
  readonly seconds: number
  readonly output: string
}

/** The gate, slowest first, so that two side by side end together. */
const steps: readonly Step[] = [
  { name: 'types', command: 'tsc', args: ['-p', '.', '--pretty', 'false'] },
  { name: 'lint', command: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'dead code', command: 'knip', args: ['--no-progress', '--no-config-hints'] },
  { name: 'format', command: 'biome', args: ['check', '--error-on-warnings', '--colors=off'] },
  { name: 'wasm', command: 'node', args: ['scripts/build-wasm.ts', '--check'] },
  { name: 'layers', command: 'node', args: ['scripts/layers.ts'] },
  { name: 'tidy', command: 'node', args: ['scripts/tidy.ts'] }
]

const AT_ONCE = 2
const LINES_MAX = 80

function run(step: Step): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const started = performance.now()
  const command =
    step.command === 'node'
      ? process.execPath
      : join(projectRoot, 'node_modules', '.bin', step.command)
  const child = spawn(command, step.args, { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const collect = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const end = (ok: boolean): void => {
    resolve({ step, ok, seconds: (performance.now() - started) / 1_000, output })
  }
  child.on('error', error => {
    output += `${error.message}\nrun npm ci first\n`
    end(false)
  })
  child.on('close', code => end(code === 0))
  return promise
}

function show({ step, ok, seconds, output }: Outcome): void {
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${step.name.padEnd(10)} ${seconds.toFixed(1)} s`)
  if (ok) return
  const lines = output.trimEnd().split('\n')
  for (const line of lines.slice(0, LINES_MAX)) console.log(`    ${line}`)
  if (lines.length > LINES_MAX) {
    const again = [step.command, ...step.args].join(' ')
    console.log(`    … ${lines.length - LINES_MAX} more lines; all of them: npx ${again}`)
  }
}

const started = performance.now()
const waiting = [...steps]
const failed: string[] = []

async function work(): Promise<void> {
  for (let step = waiting.shift(); step; step = waiting.shift()) {
    const outcome = await run(step)
    show(outcome)
    if (!outcome.ok) failed.push(step.name)
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, work))
const seconds = ((performance.now() - started) / 1_000).toFixed(1)
console.log(
  failed.length === 0
    ? `check: all ${steps.length} steps passed in ${seconds} s`
    : `check: failed in ${seconds} s: ${failed.join(', ')}`
)
process.exitCode = failed.length === 0 ? 0 : 1
