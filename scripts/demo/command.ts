import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))

/** Says what comes next. */
export function heading(text: string): void {
  console.log(`\n${styleText('bold', `▌ ${text}`)}`)
}

/** Shows a command as one would type it. */
export function show(args: readonly string[]): void {
  console.log(styleText('dim', `$ headcount ${args.join(' ')}`))
}

/** Starts a headcount command on this terminal, in its own folder. */
export function start(args: readonly string[], cwd: string): ChildProcess {
  show(args)
  return spawn(process.execPath, [headcount, ...args], { stdio: 'inherit', cwd })
}

/** Runs a headcount command to its end. Throws when it fails. */
export async function run(args: readonly string[], cwd: string): Promise<void> {
  const child = start(args, cwd)
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`headcount ${args[0]} ended with ${status}`)
}

/** Runs a headcount command quietly and gives its output. */
export async function capture(args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(process.execPath, [headcount, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`headcount ${args[0]} ended with ${status}`)
  return Buffer.concat(chunks).toString()
}
