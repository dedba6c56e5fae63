import { type ChildProcess, spawn } from 'node:child_process'
import { access } from 'node:fs/promises'
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { failure } from '../core/errors.ts'
import { brokerFiles, readSettings } from './broker-folder.ts'
import { findKafka } from './kafka-runtime.ts'
import type { Machine } from './machine.ts'
import { livingNodes, readRun } from './run-state.ts'
import { accessOf, folderSecrets } from './secrets.ts'
import { findTool, toolArguments } from './tool-table.ts'

export interface ToolRun {
  readonly machine: Machine
  /** Folder of the broker that the tool talks to. */
  readonly folder: string
  /** `kafka-topics`, `kafka-topics.sh` or `topics`. */
  readonly tool: string
  readonly args: readonly string[]
  readonly onProgress?: ((line: string) => void) | undefined
  /** Ends the tool in an orderly way. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs one of Kafka's own tools on the terminal of this process and resolves with its exit status.
 * Throws `tool-unknown`, and `broker-stopped` when it needs a broker and none runs.
 */
export async function runTool(run: ToolRun): Promise<number> {
  const child = await startTool(run, 'inherit')
  return awaitEnd(child, run.signal)
}

/** Runs a tool with `input` on its standard input and gives back what it printed. */
export async function captureTool(
  run: ToolRun & { readonly input?: string | Uint8Array }
): Promise<{ status: number; stdout: string; stderr: string }> {
  const child = await startTool(run, 'pipe')
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', bytes => stdout.push(bytes))
  child.stderr?.on('data', bytes => stderr.push(bytes))
  // A tool may end before it has read everything.
  child.stdin?.on('error', () => undefined).end(run.input ?? '')
  const status = await awaitEnd(child, run.signal)
  return {
    status,
    stdout: Buffer.concat(stdout).toString('utf8'),
    stderr: Buffer.concat(stderr).toString('utf8')
  }
}

async function startTool(run: ToolRun, stdio: 'inherit' | 'pipe'): Promise<ChildProcess> {
  const { machine } = run
  const folder = resolve(run.folder)
  const tool = findTool(run.tool)
  const contact = await findContact(machine, folder)
  const args = contact ? toolArguments(tool, run.args, ...contact) : [...run.args]
  if (!contact && needsBroker(tool.contact, args)) throw failure('broker-stopped', { folder })
  const onProgress = run.onProgress ?? (() => undefined)
  const kafka = await findKafka({ machine, onProgress, signal: run.signal })
  const logging = brokerFiles.toolLogging(folder)
  const hasLogging = await access(logging).then(
    () => true,
    () => false
  )
  const java = [
    ...['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m'],
    hasLogging ? `-Dlog4j2.configurationFile=${logging}` : '-Dlog4j2.level=OFF',
    ...['-cp', kafka.classpath, tool.main]
  ]
  return spawn(kafka.command, [...kafka.argsBefore({ folder }), ...java, ...args], {
    stdio,
    env: { ...machine.env }
  })
}

/** Address and client settings of the running broker. */
async function findContact(
  machine: Machine,
  folder: string
): Promise<[bootstrap: string, propertiesPath: string | undefined] | undefined> {
  const run = await readRun(folder)
  const settings = await readSettings(folder)
  if (!run || !settings || (await livingNodes(machine, run)).length === 0) return undefined
  const { users } = accessOf(settings, await folderSecrets(folder, settings))
  return [run.bootstrap, users[0]?.propertiesPath]
}

/** Without a running broker, a tool still reads files, explains itself, or goes where it is told. */
function needsBroker(contact: string, args: readonly string[]): boolean {
  const elsewhere = ['--bootstrap-server', '--bootstrap-controller', '--help', '--version', '-h']
  return contact !== 'none' && !args.some(arg => elsewhere.includes(arg.split('=', 1)[0]!))
}

function awaitEnd(child: ChildProcess, signal: AbortSignal | undefined): Promise<number> {
  const end = () => child.kill('SIGTERM')
  if (signal?.aborted) end()
  signal?.addEventListener('abort', end, { once: true })
  return new Promise<number>((done, fail) => {
    child.once('error', fail)
    child.once('close', (status, killedBy) => {
      // The shells' convention for a process that a signal ended.
      done(status ?? 128 + (killedBy ? constants.signals[killedBy] : 0))
    })
  }).finally(() => signal?.removeEventListener('abort', end))
}
