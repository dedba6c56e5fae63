import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

// The test run builds the package once: starting from sources takes a quarter of a second more.
const bin = process.env.HEADCOUNT_TEST_BIN ?? resolve(import.meta.dirname, '../../bin/headcount.js')

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly all: string
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>
  readonly folder?: string
  readonly node?: string
}

/** A fresh folder that is home and working folder of the children, away from real configuration. */
export function freshFolder(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'headcount-cli-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export function startHeadcount(args: readonly string[], surroundings: Surroundings = {}) {
  const { env = {}, folder = tmpdir(), node = process.execPath } = surroundings
  const PATH = process.env.PATH ?? ''
  return spawn(node, [bin, ...args], { cwd: folder, env: { PATH, HOME: folder, ...env } })
}

/** Runs the real command line in a process of its own. */
export async function headcount(
  args: readonly string[],
  surroundings: Surroundings = {}
): Promise<Ended> {
  return ended(startHeadcount(args, surroundings))
}

export function ended(child: ReturnType<typeof startHeadcount>): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  child.stdin.on('error', () => {}).end()
  return new Promise(resolve => {
    child.once('close', status => resolve({ status, stdout, stderr, all: stdout + stderr }))
  })
}
