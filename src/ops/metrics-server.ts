import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { failure } from '../core/errors.ts'
import { unready } from './health.ts'
import { Metrics } from './metrics.ts'
import type { RunFigures } from './run-figures.ts'

/** A scraper or two and a person; what comes beyond that waits or is turned away. */
const CONNECTIONS_MAX = 32
const HEADER_BYTES_MAX = 8_192
const REQUEST_MS = 5_000
const REQUESTS_PER_CONNECTION = 1_000

export interface MetricsServerOptions {
  /** 0 takes a free port. */
  readonly port: number
  /** Interface to listen on; only this machine unless somebody says otherwise. */
  readonly host?: string
  /** The run as it is now; before it starts, figures that say so. */
  readonly run: () => RunFigures
  /** The time by the run's clock, in ms; the system's unless said. */
  readonly now?: () => number
  /** What a client may take for its whole request, in ms. */
  readonly requestMs?: number
}

export interface MetricsServer {
  /** `127.0.0.1:9464`. */
  readonly address: string
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly type?: string
}

/**
 * Read-only HTTP for Prometheus and for orchestrators: `/metrics`, `/healthz` (the process lives) and
 * `/readyz` (the count counts, 503 with the reason otherwise).
 *
 * @throws metrics-listen
 */
export async function serveMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  const { port, host = '127.0.0.1', run, now = Date.now, requestMs = REQUEST_MS } = options
  const metrics = new Metrics(run)
  const ready = (): string | undefined => unready(run(), now())
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: requestMs,
      requestTimeout: requestMs,
      keepAliveTimeout: requestMs,
      connectionsCheckingInterval: Math.min(requestMs, 1_000)
    },
    (request, response) => void respond(request, response, metrics, ready)
  )
  server.maxConnections = CONNECTIONS_MAX
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION
  server.setTimeout(requestMs)
  await listening(server, port, host)
  return { address: addressOf(server), close: () => closed(server) }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  metrics: Metrics,
  ready: () => string | undefined
): Promise<void> {
  let answer: Answer
  try {
    answer = await answerTo(request, metrics, ready)
  } catch (error) {
    answer = { status: 500, text: `metrics failed: ${(error as Error).message}\n` }
  }
  response.writeHead(answer.status, {
    'content-type': answer.type ?? 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // A body that nobody reads must not become the next request.
    ...(request.method === 'GET' ? {} : { allow: 'GET', connection: 'close' })
  })
  response.end(answer.text)
}

async function answerTo(
  request: IncomingMessage,
  metrics: Metrics,
  ready: () => string | undefined
): Promise<Answer> {
  if (request.method !== 'GET') return { status: 405, text: 'only GET\n' }
  switch (request.url?.split('?', 1)[0]) {
    case '/metrics':
      return { status: 200, text: await metrics.text(), type: metrics.contentType }
    case '/healthz':
      return { status: 200, text: 'alive\n' }
    case '/readyz': {
      const reason = ready()
      return reason ? { status: 503, text: `${reason}\n` } : { status: 200, text: 'ready\n' }
    }
    default:
      return { status: 404, text: 'here are /metrics, /healthz and /readyz\n' }
  }
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
      const taken = error.code === 'EADDRINUSE'
      const problem = taken ? 'another program listens there' : error.message
      reject(failure('metrics-listen', { address, problem }, error))
    })
    server.listen({ port, host }, resolve)
  })
}

function addressOf(server: Server): string {
  const found = server.address()
  if (found === null || typeof found === 'string') return String(found)
  return found.family === 'IPv6'
    ? `[${found.address}]:${found.port}`
    : `${found.address}:${found.port}`
}

function closed(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
