import { Worker } from 'node:worker_threads'
import type { ExtractOptions } from '../../extract/extractor.ts'
import type { LineAnswer, LineJob } from './line-message.ts'

/** What a thread is started with: plain data. */
export interface LineThreadData {
  readonly fields: Omit<ExtractOptions, 'localTime'>
  /** Of times that name none. */
  readonly zone: string
}

/** Somebody who does `LineWork`, one job after the other. */
export interface LineWorker {
  post(job: LineJob): void
  /** Nothing is said of it after this. */
  terminate(): Promise<void>
}

export interface LineWorkerEvents {
  /** To each job, in their order. */
  readonly onAnswer: (answer: LineAnswer) => void
  /** It does nothing any more; may come more than once. */
  readonly onDeath: (error: unknown) => void
}

export type StartLineWorker = (events: LineWorkerEvents) => LineWorker

/** Workers are threads that run the module `entry`. */
export function lineThreads(entry: URL, data: LineThreadData): StartLineWorker {
  return ({ onAnswer, onDeath }) => {
    const worker = new Worker(entry, { workerData: data })
    worker.on('message', onAnswer)
    worker.on('error', onDeath)
    worker.on('exit', code => onDeath(new Error(`a thread ended by itself, status ${code}`)))
    return {
      post: job => worker.postMessage(job, [job.memory.bytes, job.memory.columns]),
      async terminate() {
        worker.removeAllListeners()
        await worker.terminate()
      }
    }
  }
}
