import type { MessagePort } from 'node:worker_threads'
import { assert } from '../../core/assert.ts'
import type { Clock } from '../../port/clock.ts'
import type { AppSource } from '../app-ports.ts'
import { type CountOptions, startCount } from '../count.ts'
import { reportMessage } from './report-message.ts'
import { type ThreadMessage, toThreadFailure } from './thread-message.ts'

const REPORT_EVERY_MS = 250

/** The options of a count that a thread can be given: plain data. */
export type ThreadCountOptions = Omit<CountOptions, 'source' | 'rejects' | 'signal' | 'threads'>

export interface ThreadBody {
  /** To the thread that started this one; any message from there means: stop in order. */
  readonly port: MessagePort
  readonly source: AppSource
  readonly counting: ThreadCountOptions
  readonly clock: Clock
}

function refuseState(): never {
  throw new Error('broken invariant: only stage 2 has a state')
}

/** A thread's run: stage 1 of the partitions that the group gives to it, told to the main thread. */
export async function runThreadBody({ port, source, counting, clock }: ThreadBody): Promise<void> {
  const say = (message: ThreadMessage): void => port.postMessage(message)
  const run = startCount(
    { ...counting, source, role: 'combine' },
    { clock, openStateCache: refuseState }
  )
  port.on('message', () => run.stop())
  const report = (): void => say({ kind: 'report', report: reportMessage(run.report) })
  const timer = setInterval(report, REPORT_EVERY_MS)
  try {
    for await (const _ of run) assert(false, 'stage 1 has no results')
    report()
    say({ kind: 'end' })
  } catch (error) {
    report()
    say({ kind: 'failed', failure: toThreadFailure(error) })
  } finally {
    clearInterval(timer)
    port.close()
  }
}
