import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

type Rival = 'kafkajs' | 'avsc' | 'protobufjs' | 'apache-arrow' | Database
type Database = 'chdb' | '@duckdb/node-api'

/**
 * True when a rival from npm is there, fetched now if it wasn't. The databases (0.6 GB) come only when one of
 * them is asked for. Says in one line why it isn't there.
 */
export function isInstalled(rival: Rival, say: (line: string) => void): boolean {
  if (isThere(rival)) return true
  // Databases that are there stay.
  const isDatabase = rival === 'chdb' || rival === '@duckdb/node-api'
  const isSmall = !isDatabase && !isThere('chdb') && !isThere('@duckdb/node-api')
  const args = ['ci', '--ignore-scripts', ...(isSmall ? ['--omit=optional'] : [])]
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: 'ignore' })
  if (isThere(rival)) return true
  const why = status === 0 ? 'npm has none for this machine' : 'npm could not install it'
  say(`${rival}: skipped, ${why}`)
  return false
}

function isThere(rival: Rival): boolean {
  return existsSync(`${folder}node_modules/${rival}`)
}
