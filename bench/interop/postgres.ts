import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, freePort, run, startServer, stopServer } from './programs.ts'

/** A PostgreSQL cluster of its own with the extension hll, on the loopback, below the temporary folder. */
export class Postgres {
  private readonly psql: string
  private readonly args: readonly string[]

  private constructor(psql: string, port: number) {
    this.psql = psql
    this.args = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-XqAt']
  }

  /** Starts a cluster for the time of `work`. A word on what isn't installed, else undefined. */
  static async during(
    work: (postgres: Postgres, version: string) => Promise<void>
  ): Promise<string | undefined> {
    const [initdb, server, psql] = ['initdb', 'postgres', 'psql'].map(findProgram)
    if (!(initdb && server && psql)) return 'PostgreSQL is not installed'
    const folder = mkdtempSync(join(tmpdir(), 'headcount-postgres-'))
    const owner = await clusterOwner()
    if (owner) chownSync(folder, owner.uid, owner.gid)
    const options = { ...owner, cwd: folder }
    const data = join(folder, 'data')
    let running: Awaited<ReturnType<typeof startServer>> | undefined
    try {
      const how = ['-A', 'trust', '-U', 'postgres', '--locale=C', '-E', 'UTF8', '--no-sync']
      await run(initdb, ['-D', data, ...how], options)
      const port = await freePort()
      const settings = {
        listen_addresses: '127.0.0.1',
        unix_socket_directories: folder,
        fsync: 'off'
      }
      const set = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
      const args = ['-D', data, '-p', String(port), ...set]
      running = await startServer(server, args, options, /ready to accept connections/)
      const postgres = new Postgres(psql, port)
      const [version] = await postgres.query(
        "select default_version from pg_available_extensions where name = 'hll'"
      )
      if (!version) return 'the extension hll of PostgreSQL is not installed'
      await postgres.query('create extension hll')
      await work(postgres, version)
      return undefined
    } finally {
      if (running) await stopServer(running, 'SIGINT')
      rmSync(folder, { recursive: true, force: true })
    }
  }

  /** The lines of the answer. Fails with the server's complaint. */
  async query(sql: string): Promise<string[]> {
    const args = [...this.args, '-v', 'ON_ERROR_STOP=1', '-f', '-']
    const output = await run(this.psql, args, {}, `${sql};\n`)
    return output.split('\n').slice(0, -1)
  }

  /** The one value of an answer, as the bytes its hex stands for. */
  async bytes(sql: string): Promise<Uint8Array> {
    const lines = await this.query(sql)
    const hex = lines.at(-1)
    if (!hex?.startsWith('\\x')) throw new Error(`no bytes: ${hex}`)
    return new Uint8Array(Buffer.from(hex.slice(2), 'hex'))
  }
}

/** PostgreSQL refuses to run as root: Debian's own user runs it then. */
async function clusterOwner(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = await Promise.all(['-u', '-g'].map(which => run('id', [which, 'postgres'])))
  return { uid: Number(uid), gid: Number(gid) }
}
