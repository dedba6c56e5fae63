import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const PAGES = fileURLToPath(new URL('browser/', import.meta.url))
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript'
}
/** Without 'wasm-unsafe-eval' a page may not compile WASM: many sites are served like that. */
const WITHOUT_WASM = "default-src 'self' data:; script-src 'self' 'nonce-page'"
const ANSWER_MS_MAX = 60_000

/** What the page posted: the answers of page and worker, or what went wrong. */
export interface BrowserAnswers {
  readonly page?: unknown
  readonly worker?: unknown
  readonly error?: string
}

/**
 * Opens the page in a headless browser, from a server of its own on the loopback, where `/dist/` is the
 * built package; resolves to what the page posts.
 */
export async function browserAnswers(
  program: string,
  dist: string,
  isWasmAllowed: boolean
): Promise<BrowserAnswers> {
  const profile = await mkdtemp(join(tmpdir(), 'headcount-browser-'))
  const posted = Promise.withResolvers<BrowserAnswers>()
  const server = await serve(dist, isWasmAllowed, posted.resolve)
  const child = spawn(
    program,
    [
      '--headless',
      // Inside containers, and for root, Chromium has no sandbox; the page is our own.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${portOf(server)}/`
    ],
    { stdio: 'ignore' }
  )
  child.on('error', posted.reject)
  child.on('close', status => posted.reject(new Error(`the browser ended with ${status}`)))
  const timer = setTimeout(() => posted.reject(new Error('the page did not answer')), ANSWER_MS_MAX)
  try {
    return await posted.promise
  } finally {
    clearTimeout(timer)
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close')
      child.kill()
      await closed
    }
    server.closeAllConnections()
    server.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function serve(
  dist: string,
  isWasmAllowed: boolean,
  answered: (answers: BrowserAnswers) => void
): Promise<Server> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (request.method === 'POST') {
      answered(JSON.parse(await text(request)) as BrowserAnswers)
      response.end()
      return
    }
    const path = fileOf(pathname, dist)
    const body = await readFile(path).catch(() => undefined)
    if (!isWasmAllowed) response.setHeader('content-security-policy', WITHOUT_WASM)
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream')
    response.statusCode = body ? 200 : 404
    response.end(body)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => answered({ error: String(error) }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function fileOf(pathname: string, dist: string): string {
  const inside = normalize(pathname)
  if (inside.startsWith('/dist/')) return join(dist, inside.slice('/dist/'.length))
  return join(PAGES, inside === '/' ? 'index.html' : inside)
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
