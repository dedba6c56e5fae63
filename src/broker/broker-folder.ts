import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { failure } from '../core/errors.ts'
import type { BrokerOptions, BrokerSecurity } from './broker-options.ts'

/**
 * What the data of a folder was formatted with. It cannot change afterwards: the users of a login
 * and the nodes of the quorum are part of the data.
 */
export interface FolderSettings {
  readonly version: 1
  readonly clusterId: string
  readonly brokers: number
  readonly security: BrokerSecurity
  readonly acl: boolean
}

/** The files of a broker's folder. */
export const brokerFiles = {
  settings: (folder: string) => join(folder, 'broker.json'),
  run: (folder: string) => join(folder, 'run.json'),
  lock: (folder: string) => join(folder, 'broker.lock'),
  secrets: (folder: string) => join(folder, 'secrets'),
  serverLogging: (folder: string, id: number) => join(nodeFolder(folder, id), 'log4j2.xml'),
  toolLogging: (folder: string) => join(folder, 'log4j2-tools.xml'),
  properties: (folder: string, id: number) => join(nodeFolder(folder, id), 'server.properties'),
  data: (folder: string, id: number) => join(nodeFolder(folder, id), 'data'),
  log: (folder: string, id: number) => join(nodeFolder(folder, id), 'server.log'),
  output: (folder: string, id: number) => join(nodeFolder(folder, id), 'server.out')
}

export function nodeFolder(folder: string, id: number): string {
  return join(folder, `node-${id}`)
}

/** The folder's settings, made from the options when it is new. Throws `broker-folder`. */
export async function folderSettings(
  folder: string,
  options: Pick<BrokerOptions, 'brokers' | 'security' | 'acl'>
): Promise<FolderSettings> {
  const known = await readSettings(folder)
  if (known) {
    refuseChange(folder, known, options)
    return known
  }
  const settings: FolderSettings = {
    version: 1,
    // Kafka's own form: 16 bytes in base64 without padding, never with a leading dash.
    clusterId: randomBytes(16).toString('base64url').replace(/^-/, 'h'),
    brokers: options.brokers ?? 1,
    security: options.security ?? 'plaintext',
    acl: options.acl ?? false
  }
  if (settings.acl && settings.security === 'plaintext') {
    throw failure('option-conflict', { option: '--acl', other: '--security plaintext' })
  }
  await mkdir(folder, { recursive: true })
  await writeWhole(brokerFiles.settings(folder), settings)
  return settings
}

export async function readSettings(folder: string): Promise<FolderSettings | undefined> {
  const path = brokerFiles.settings(folder)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const settings = parseJson(text) as FolderSettings | undefined
  if (settings?.version !== 1 || typeof settings.clusterId !== 'string') {
    throw failure('broker-folder', {
      folder,
      problem: 'its broker.json cannot be read',
      advice: `remove the folder (its topics are lost), or choose another with --dir`
    })
  }
  return settings
}

/** Replaces a JSON file at once: a reader, or the next start after a crash, never sees half of it. */
export async function writeWhole(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refuseChange(
  folder: string,
  known: FolderSettings,
  asked: Pick<BrokerOptions, 'brokers' | 'security' | 'acl'>
): void {
  for (const name of ['brokers', 'security', 'acl'] as const) {
    const wanted = asked[name]
    if (wanted === undefined || wanted === known[name]) continue
    throw failure('broker-folder', {
      folder,
      problem: `its broker has ${name} ${known[name]}, not ${wanted}`,
      advice: 'leave that option out, or choose another folder with --dir'
    })
  }
}
