import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
// A process that hangs announces nothing: its report and its inspector are looked for.
import { setTimeout as pause } from 'node:timers/promises'

/** For processes that may have to say where they are; a report goes to their working folder. */
export const REPORTING = {
  NODE_OPTIONS: '--report-on-signal --report-signal=SIGUSR2 --report-exclude-network'
}
const WAIT_MS = 5_000

interface Report {
  readonly javascriptStack?: { readonly stack?: readonly string[] }
  readonly resourceUsage?: { readonly cpuConsumptionPercent?: number }
  readonly libuv?: readonly {
    readonly type: string
    readonly is_active: boolean
    readonly is_referenced?: boolean
    readonly remoteEndpoint?: { readonly ip4?: string; readonly port?: number }
    readonly firesInMsFromNow?: number
  }[]
}

interface Frame {
  readonly functionName: string
  readonly url: string
  readonly location: { readonly lineNumber: number }
}

/** What a process that does not end is doing: its CPU, the stack of its main thread, what it waits for. */
export async function whereabouts(pid: number, folder: string): Promise<string> {
  process.kill(pid, 'SIGUSR2')
  for (const until = performance.now() + WAIT_MS; performance.now() < until; ) {
    const name = readdirSync(folder).find(each => new RegExp(`^report\\..*\\.${pid}\\.`).test(each))
    const report = name === undefined ? undefined : parsed(join(folder, name))
    if (report) return summary(report)
    await pause(50)
  }
  return `its loop stands still\n    ${(await busyStack(pid)).join('\n    ')}`
}

/** Of a main thread that never gets to its event loop: the inspector has a thread of its own. */
async function busyStack(pid: number): Promise<readonly string[]> {
  process.kill(pid, 'SIGUSR1')
  for (const until = performance.now() + WAIT_MS; performance.now() < until; await pause(100)) {
    const targets = await fetch('http://127.0.0.1:9229/json')
      .then(answer => answer.json() as Promise<{ webSocketDebuggerUrl: string }[]>)
      .catch(() => [])
    const [target] = targets
    if (target) return pausedStack(new WebSocket(target.webSocketDebuggerUrl))
  }
  return ['no inspector']
}

function pausedStack(socket: WebSocket): Promise<readonly string[]> {
  const { promise, resolve } = Promise.withResolvers<readonly string[]>()
  // The limit of a wait, not a wait.
  const timer = setTimeout(() => resolve(['no answer of the inspector']), WAIT_MS)
  socket.onopen = () => {
    for (const [id, method] of ['Debugger.enable', 'Debugger.pause'].entries()) {
      socket.send(JSON.stringify({ id, method }))
    }
  }
  socket.onmessage = ({ data }) => {
    const { method, params } = JSON.parse(String(data))
    if (method !== 'Debugger.paused') return
    resolve(
      params.callFrames.map(
        ({ functionName, url, location }: Frame) =>
          `${functionName} ${url}:${location.lineNumber + 1}`
      )
    )
  }
  return promise.finally(() => {
    clearTimeout(timer)
    socket.close()
  })
}

/** Undefined while it is being written. */
function parsed(path: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report
  } catch {
    return undefined
  }
}

function summary({ javascriptStack, resourceUsage, libuv = [] }: Report): string {
  const handles = libuv
    .filter(handle => handle.is_active)
    .map(({ type, remoteEndpoint, firesInMsFromNow, is_referenced }) => {
      const where = remoteEndpoint?.port ?? firesInMsFromNow ?? ''
      return `${type}${is_referenced === false ? ' (unreferenced)' : ''} ${where}`
    })
  const cpu = `${resourceUsage?.cpuConsumptionPercent ?? '?'} % CPU`
  return [cpu, ...(javascriptStack?.stack ?? []), ...handles].join('\n    ')
}
