import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, freePort, startServer, stopServer } from './programs.ts'

type Reply = Buffer | number | null

/** A Redis of its own, on the loopback, with nothing on disk; and one connection to it. */
export class Redis {
  private readonly socket: Socket
  private received: Buffer = Buffer.alloc(0)

  private constructor(socket: Socket) {
    this.socket = socket
  }

  /** Starts a server for the time of `work`. False when the program isn't installed. */
  static async during(work: (redis: Redis, version: string) => Promise<void>): Promise<boolean> {
    const program = findProgram('redis-server')
    if (!program) return false
    const folder = mkdtempSync(join(tmpdir(), 'headcount-redis-'))
    const port = await freePort()
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
    const server = await startServer(program, args, {}, /Ready to accept connections/)
    try {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      const redis = new Redis(socket)
      const info = String(await redis.send('INFO', 'server'))
      await work(redis, /redis_version:(\S+)/.exec(info)?.[1] ?? 'of unknown version')
      socket.destroy()
    } finally {
      await stopServer(server, 'SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    }
    return true
  }

  async send(...parts: (string | Uint8Array)[]): Promise<Reply> {
    const request: Uint8Array[] = [Buffer.from(`*${parts.length}\r\n`)]
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part
      request.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'))
    }
    this.socket.write(Buffer.concat(request))
    return this.reply()
  }

  async count(...keys: string[]): Promise<number> {
    return Number(await this.send('PFCOUNT', ...keys))
  }

  /** The value of a PF* key. */
  async dump(key: string): Promise<Uint8Array> {
    const value = await this.send('GET', key)
    if (!(value instanceof Buffer)) throw new Error(`no value at ${key}`)
    return new Uint8Array(value)
  }

  private async reply(): Promise<Reply> {
    const line = (await this.take(await this.lineEnd())).toString()
    await this.take(2)
    if (line.startsWith('-')) throw new Error(line)
    if (line.startsWith(':')) return Number(line.slice(1))
    if (!line.startsWith('$')) return Buffer.from(line.slice(1))
    const length = Number(line.slice(1))
    if (length < 0) return null
    const body = await this.take(length)
    await this.take(2)
    return body
  }

  private async lineEnd(): Promise<number> {
    while (this.received.indexOf('\r\n') < 0) await this.receive()
    return this.received.indexOf('\r\n')
  }

  private async take(length: number): Promise<Buffer> {
    while (this.received.length < length) await this.receive()
    const taken = this.received.subarray(0, length)
    this.received = this.received.subarray(length)
    return taken
  }

  private async receive(): Promise<void> {
    const [chunk] = (await once(this.socket, 'data')) as [Buffer]
    this.received = Buffer.concat([this.received, chunk])
  }
}
