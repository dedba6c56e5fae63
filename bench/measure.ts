import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measuredScript } from './package-bin.ts'

/** What one run of a whole process took. */
export interface Usage {
  /** User and system time of all threads. */
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly rssMB: number
  readonly stdout: string
}

/** Whoever waits for ever ends as a failure. */
const LIMIT_MS = 3_600_000

const preload = new URL('./usage-report.js', import.meta.url).href

/**
 * Runs `script args…` to its end, by this Node unless another program is said, and measures the process;
 * this clone's headcount as its package.
 * Throws when it fails. Another program writes the report itself, as `usage-report.js` does.
 */
export async function measure(
  script: string,
  args: readonly string[],
  program: readonly string[] = [process.execPath, '--import', preload]
): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'headcount-bench-'))
  const usageFile = join(folder, 'usage.json')
  try {
    const stdout = await run([...program, measuredScript(script), ...args], usageFile)
    const usage = JSON.parse(readFileSync(usageFile, 'utf8'))
    return {
      cpuSeconds: usage.cpuSeconds,
      wallSeconds: usage.wall,
      rssMB: usage.maxRSS / 1_024,
      stdout
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run([program, ...args]: readonly string[], usageFile: string): Promise<string> {
  const env = { ...process.env, HEADCOUNT_USAGE_FILE: usageFile }
  const child = spawn(program!, args, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS
  })
  const [out, errors]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', status => {
      const said = Buffer.concat(errors).toString()
      if (status === 0) resolve(Buffer.concat(out).toString())
      else reject(new Error(`${args.join(' ')} ended with ${status}: ${said}`))
    })
  })
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[sorted.length >> 1]!
}
