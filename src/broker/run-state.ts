import { readFile, rm } from 'node:fs/promises'
import { brokerFiles, parseJson, writeWhole } from './broker-folder.ts'
import type { Machine } from './machine.ts'
import { isSameProcess, type ProcessIdentity } from './process-identity.ts'

/** A node that was started. */
export interface NodeRun extends ProcessIdentity {
  readonly id: number
  readonly address: string
  readonly log: string
}

/** What `run.json` says while a broker is up, and still says after it was killed. */
export interface RunState {
  readonly version: 1
  readonly bootstrap: string
  /** Where Kafka came from: `jars`, a KAFKA_HOME, or the image. */
  readonly origin: string
  readonly since: string
  readonly nodes: readonly NodeRun[]
}

export async function readRun(folder: string): Promise<RunState | undefined> {
  const text = await readFile(brokerFiles.run(folder), 'utf8').catch(() => '')
  const run = parseJson(text) as RunState | undefined
  const isWhole =
    run?.version === 1 && typeof run.bootstrap === 'string' && Array.isArray(run.nodes)
  return isWhole && run.nodes.every(isNodeRun) ? run : undefined
}

export function writeRun(folder: string, run: RunState): Promise<void> {
  return writeWhole(brokerFiles.run(folder), run)
}

export function removeRun(folder: string): Promise<void> {
  return rm(brokerFiles.run(folder), { force: true })
}

/** The nodes of a run whose processes still live. */
export async function livingNodes(machine: Machine, run: RunState): Promise<NodeRun[]> {
  const alive = await Promise.all(run.nodes.map(node => isSameProcess(machine, node)))
  return run.nodes.filter((_, i) => alive[i])
}

/** The number decides what gets signalled later, so nothing but a real one is believed. */
function isNodeRun(value: unknown): value is NodeRun {
  const node = value as Partial<NodeRun> | null
  return (
    Number.isInteger(node?.pid) &&
    (node?.pid ?? 0) > 1 &&
    typeof node?.started === 'string' &&
    typeof node.address === 'string' &&
    typeof node.log === 'string'
  )
}
