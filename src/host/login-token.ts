import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'

/** Far more than brokers take: `sasl.server.max.receive.size` is 512 KiB by default. */
const TOKEN_BYTES_MAX = 65_536
const COMMAND_MS_MAX = 20_000

/** Where a bearer token is: in a file, or in what a command prints. */
export interface TokenPlace {
  readonly tokenFile?: string
  readonly tokenCommand?: string
}

/** Reads a token, as it stands there. Throws ordinary errors, without the token. */
export function readLoginToken({ tokenFile, tokenCommand }: TokenPlace): Promise<string> {
  if (tokenFile !== undefined) return readTokenFile(tokenFile)
  return runTokenCommand(tokenCommand ?? '')
}

async function readTokenFile(path: string): Promise<string> {
  try {
    return (await readFile(path)).toString('utf8', 0, TOKEN_BYTES_MAX)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'it cannot be read'
    const problem = code === 'ENOENT' ? 'there is no such file' : code
    throw new Error(`the token file ${path}: ${problem}`, { cause: error })
  }
}

// Its words may hold secrets: only its end is told.
function runTokenCommand(command: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const bounds = { timeout: COMMAND_MS_MAX, maxBuffer: TOKEN_BYTES_MAX }
  execFile('/bin/sh', ['-c', command], bounds, (error, stdout) => {
    if (error === null) {
      resolve(stdout)
      return
    }
    const { code, killed } = error
    const end = killed === true ? 'it took too long, or wrote too much' : `it ended with ${code}`
    reject(new Error(`the token command brought none: ${end}`))
  })
  return promise
}
