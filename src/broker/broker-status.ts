import { resolve } from 'node:path'
import { readSettings } from './broker-folder.ts'
import { type BrokerAccess, usesTls } from './broker-options.ts'
import { brokerAnswers } from './broker-probe.ts'
import type { Machine } from './machine.ts'
import { livingNodes, type NodeRun, readRun } from './run-state.ts'
import { accessOf, folderSecrets } from './secrets.ts'

export interface BrokerStatus {
  /** `stale`: it was started, never stopped, and all of its processes are gone. */
  readonly state: 'running' | 'stopped' | 'stale'
  readonly folder: string
  readonly bootstrap?: string
  readonly since?: string
  readonly origin?: string
  readonly access?: BrokerAccess
  readonly nodes: readonly (NodeRun & { readonly alive: boolean; readonly answers: boolean })[]
}

/** What became of the broker of a folder. Asks every living node for an answer. */
export async function brokerStatus(machine: Machine, folder: string): Promise<BrokerStatus> {
  const at = resolve(folder)
  const run = await readRun(at)
  const settings = await readSettings(at)
  if (!run || !settings) return { state: 'stopped', folder: at, nodes: [] }
  const access = accessOf(settings, await folderSecrets(at, settings))
  const alive = new Set((await livingNodes(machine, run)).map(node => node.id))
  const nodes = await Promise.all(
    run.nodes.map(async node => ({
      ...node,
      alive: alive.has(node.id),
      answers: alive.has(node.id) && (await brokerAnswers(node.address, access))
    }))
  )
  const { bootstrap, since, origin } = run
  const state = alive.size > 0 ? 'running' : 'stale'
  return { state, folder: at, bootstrap, since, origin, access, nodes }
}

/** What a command line of ours needs to reach this broker, without secrets. */
export function connectionFlags(bootstrap: string, access: BrokerAccess): string[] {
  const flags = ['--brokers', bootstrap]
  const [admin] = access.users
  if (access.caPath !== undefined) flags.push('--tls-ca', access.caPath)
  if (admin?.password !== undefined) {
    flags.push('--sasl-mechanism', 'SCRAM-SHA-512', '--sasl-username', admin.name)
  } else if (usesTls(access.security) && admin?.certificatePath && admin.keyPath) {
    flags.push('--tls-cert', admin.certificatePath, '--tls-key', admin.keyPath)
  }
  return flags
}
