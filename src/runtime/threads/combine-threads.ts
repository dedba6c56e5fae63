import type { RunReport } from '../report.ts'
import { CombineThread, type CombineThreadParts } from './combine-thread.ts'
import { gather } from './report-message.ts'

export interface CombineThreadsParts
  extends Pick<CombineThreadParts, 'entry' | 'data' | 'onTrouble'> {
  readonly threads: number
  readonly report: RunReport
  /** Ends the threads in order. */
  readonly signal: AbortSignal
}

/**
 * Stage 1 in several threads, until they were told to stop or have read what they were asked for. Each is
 * what another instance would be; only the figures come together. Throws what the first of them failed of.
 */
export async function combineInThreads(parts: CombineThreadsParts): Promise<void> {
  const { entry, data, onTrouble, report, signal } = parts
  const threads: CombineThread[] = []
  const onReport = (): void => {
    const said = threads.map(thread => thread.report).filter(each => each !== undefined)
    gather(report, said)
    report.started ||= said.length === threads.length && said.every(({ started }) => started)
  }
  for (let i = 0; i < parts.threads; i++) {
    threads.push(new CombineThread({ entry, data, onReport, onTrouble }))
  }
  const stop = (): void => {
    for (const thread of threads) thread.stop()
  }
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  try {
    await Promise.all(threads.map(({ done }) => done))
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
    await Promise.allSettled(threads.map(({ done }) => done))
    await Promise.all(threads.map(thread => thread.terminate()))
  }
}
