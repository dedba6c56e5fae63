import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What one run of a whole process took. */
export interface Usage {
  /** User and system time of all threads. */
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly rssMB: number
  readonly stdout: string
}

const preload = new URL('./usage-report.ts', import.meta.url).href

/** Runs `node script args…` to its end and measures the process. Throws when it fails. */
export async function measure(script: string, args: readonly string[]): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'headcount-bench-'))
  const usageFile = join(folder, 'usage.json')
  try {
    const stdout = await run(script, args, usageFile)
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

function run(script: string, args: readonly string[], usageFile: string): Promise<string> {
  const env = { ...process.env, HEADCOUNT_USAGE_FILE: usageFile }
  const child = spawn(process.execPath, ['--import', preload, script, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const [out, errors]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', status => {
      if (status === 0) resolve(Buffer.concat(out).toString())
      else reject(new Error(`${script} ended with ${status}: ${Buffer.concat(errors).toString()}`))
    })
  })
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[sorted.length >> 1]!
}
