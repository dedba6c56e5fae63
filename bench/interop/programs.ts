import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'

/** Where a program is: on the PATH, or where Debian keeps PostgreSQL's. */
export function findProgram(name: string): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : []
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map(version => join(debian, version, 'bin'))
  ]
  return folders.map(folder => join(folder, name)).find(path => existsSync(path))
}

/** A port of the loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Runs a program to its end, with `input` on its stdin; its stdout. Fails with what it said. */
export async function run(
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
  input = ''
): Promise<string> {
  const child = spawn(program, args, { ...options, stdio: 'pipe' })
  let output = ''
  let complaint = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  // A program that ends before it read its input: its status says whether that matters.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${complaint}`)
  return output
}

/** Starts a server; resolves when a line of its output matches `ready`. */
export async function startServer(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
  ready: RegExp
): Promise<ChildProcess> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>()
  let output = ''
  const collect = (chunk: Buffer): void => {
    output += chunk.toString()
    if (ready.test(output)) resolve(child)
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  child.on('error', reject)
  child.on('close', status => reject(new Error(`${program} ended with ${status}: ${output}`)))
  return promise
}

export async function stopServer(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill(signal)
  await closed
}
