import { type ChildProcess, spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { failure } from '../core/errors.ts'
import { brokerFiles, nodeFolder } from './broker-folder.ts'
import { type LogPosition, lastError, logPosition } from './broker-log.ts'
import type { BrokerAccess } from './broker-options.ts'
import { awaitAnswer } from './broker-probe.ts'
import type { KafkaRuntime } from './kafka-runtime.ts'
import type { Machine } from './machine.ts'
import { LOCALHOST } from './port-choice.ts'
import { identify } from './process-identity.ts'
import type { NodeRun } from './run-state.ts'
import type { NodePlan } from './server-settings.ts'

const READY_MS_MAX = 120_000

export interface NodeStart {
  readonly machine: Machine
  readonly kafka: KafkaRuntime
  readonly folder: string
  readonly node: NodePlan
  readonly heapMb: number
  /** The node dies with this process; with a temporary folder, that goes too. */
  readonly owned: boolean
  readonly temporary: boolean
}

/** A node whose process was just started; it may not answer yet. */
export interface StartedNode {
  readonly run: NodeRun
  /** Rejects with `broker-died` when it ends or doesn't answer in two minutes. */
  ready(access: BrokerAccess, signal?: AbortSignal): Promise<void>
}

/** Starts the process of one node, in a session of its own so that a Ctrl-C here spares it. */
export async function startNode(start: NodeStart): Promise<StartedNode> {
  const { machine, folder, node } = start
  const position = await logPosition(folder, node.id)
  const output = await open(brokerFiles.output(folder, node.id), 'a')
  let child: ChildProcess
  try {
    child = spawn(start.kafka.command, javaArguments(start), {
      cwd: nodeFolder(folder, node.id),
      detached: true,
      env: { ...machine.env },
      stdio: ['ignore', output.fd, output.fd]
    })
  } finally {
    await output.close()
  }
  const ended = new AbortController()
  const end = () => ended.abort()
  child.once('exit', end).once('error', end)
  child.unref()
  const identity = child.pid === undefined ? undefined : await identify(machine, child.pid)
  if (!identity) throw await diedError(start, position)
  if (start.owned) guard(start, child)
  return {
    run: {
      ...identity,
      id: node.id,
      address: `${LOCALHOST}:${node.clientPort}`,
      log: brokerFiles.log(folder, node.id)
    },
    ready: (access, signal) => awaitReady(start, position, ended.signal, access, signal)
  }
}

function javaArguments({ kafka, folder, node, heapMb }: NodeStart): string[] {
  return [
    ...kafka.argsBefore({ folder, name: `headcount-broker-${node.clientPort}` }),
    ...[`-Xmx${heapMb}m`, '-Xms128m', '-Djava.awt.headless=true'],
    // A broker without memory must not linger half alive.
    '-XX:+ExitOnOutOfMemoryError',
    `-Dlog4j2.configurationFile=${brokerFiles.serverLogging(folder, node.id)}`,
    ...['-cp', kafka.classpath, 'kafka.Kafka', brokerFiles.properties(folder, node.id)]
  ]
}

async function awaitReady(
  start: NodeStart,
  position: LogPosition,
  ended: AbortSignal,
  access: BrokerAccess,
  signal: AbortSignal | undefined
): Promise<void> {
  const late = AbortSignal.timeout(READY_MS_MAX)
  const stops = signal ? [ended, late, signal] : [ended, late]
  const address = `${LOCALHOST}:${start.node.clientPort}`
  if (await awaitAnswer(address, access, AbortSignal.any(stops))) {
    // Another program may have taken the port first, and answer in the place of a node that died.
    if (!ended.aborted) return
  }
  signal?.throwIfAborted()
  throw await diedError(start, position, ended.aborted ? undefined : 'no answer in 2 minutes')
}

async function diedError(start: NodeStart, position: LogPosition, problem?: string) {
  const { folder, node } = start
  const said = problem ?? (await lastError(folder, node.id, position))
  return failure('broker-died', {
    problem: said ?? 'it gave no reason',
    log: brokerFiles.log(folder, node.id)
  })
}

/**
 * A shell that holds the other end of a pipe: when this process ends, in whatever way, the pipe
 * closes and the shell kills the node. Nothing else notices a kill -9 of the parent.
 */
function guard(start: NodeStart, node: ChildProcess): void {
  const script = 'cat >/dev/null; kill "-$1" "$2" 2>/dev/null; [ -z "$3" ] || rm -rf -- "$3"'
  // A container's client passes on every signal but this one.
  const signal = start.kafka.isContainer ? 'TERM' : 'KILL'
  const args = ['headcount-guard', signal, String(node.pid), start.temporary ? start.folder : '']
  const shell = spawn('sh', ['-c', script, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore']
  })
  shell.on('error', () => undefined)
  shell.unref()
  const pipe = shell.stdin as Socket
  pipe.unref()
  // The number of an ended process may soon be another's: nobody is left to guard.
  node.once('exit', () => {
    shell.kill('SIGKILL')
    pipe.destroy()
  })
}
