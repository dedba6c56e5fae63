import { Worker } from 'node:worker_threads'
import type { ReportMessage } from './report-message.ts'
import { fromThreadFailure, type ThreadData, type ThreadMessage } from './thread-message.ts'

export interface CombineThreadParts {
  /** The module that a thread runs. */
  readonly entry: URL
  readonly data: ThreadData
  readonly onReport: () => void
  readonly onTrouble: (line: string) => void
}

/** One thread of stage 1: a member of the consumer group, with a connection and memory of its own. */
export class CombineThread {
  /** Resolves when the thread has stopped in order; rejects with what it failed of. */
  readonly done: Promise<void>
  /** The newest it said of itself. */
  report: ReportMessage | undefined
  private readonly worker: Worker

  constructor({ entry, data, onReport, onTrouble }: CombineThreadParts) {
    this.worker = new Worker(entry, { workerData: data })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.done = promise
    this.worker.on('message', (message: ThreadMessage) => {
      if (message.kind === 'report') {
        this.report = message.report
        onReport()
      } else if (message.kind === 'trouble') onTrouble(message.line)
      else if (message.kind === 'end') resolve()
      else reject(fromThreadFailure(message.failure))
    })
    this.worker.on('error', reject)
    this.worker.on('exit', code => reject(new Error(`a thread ended by itself, status ${code}`)))
  }

  /** A last flush, the offsets stored, the group left. */
  stop(): void {
    this.worker.postMessage('stop')
  }

  async terminate(): Promise<void> {
    await this.worker.terminate()
  }
}
