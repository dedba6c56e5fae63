import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { failure } from '../core/errors.ts'

export const LOCALHOST = '127.0.0.1'

// Below the range that systems take outgoing connections from (32768 on Linux, 49152 on macOS):
// a port found free here is not soon taken by somebody's connection.
const FREE_FROM = 20_000
const FREE_TO = 32_000
const TRIES_MAX = 200

/** True when this machine lets us listen there. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: LOCALHOST, port, exclusive: true }, () => {
      server.close(() => resolve(true))
    })
  })
}

/** Throws `port-taken` for the first one that is not free. */
export async function requireFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    if (!(await isPortFree(port))) throw failure('port-taken', { port })
  }
}

/** `count` different free ports, none of them in `taken`. */
export async function freePorts(count: number, taken: readonly number[] = []): Promise<number[]> {
  const found: number[] = []
  for (let tries = 0; found.length < count; tries++) {
    const port = randomInt(FREE_FROM, FREE_TO)
    if (tries >= TRIES_MAX) throw failure('port-taken', { port: `${FREE_FROM}-${FREE_TO}` })
    if (found.includes(port) || taken.includes(port)) continue
    if (await isPortFree(port)) found.push(port)
  }
  return found
}
