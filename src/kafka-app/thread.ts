import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../core/assert.ts'
import { systemClock } from '../host/system-clock.ts'
import { runThreadBody, type ThreadCountOptions } from '../runtime/threads/thread-body.ts'
import type { ThreadData, ThreadMessage } from '../runtime/threads/thread-message.ts'
import { type KafkaSourceOptions, threadSource } from './source.ts'

// What a thread of `--threads` runs: stage 1 on a connection of its own.
assert(parentPort, 'this module is for threads')
const port = parentPort
const { counting, source } = workerData as ThreadData
const onTrouble = (line: string): void => {
  const message: ThreadMessage = { kind: 'trouble', line }
  port.postMessage(message)
}
await runThreadBody({
  port,
  source: threadSource({ ...(source as KafkaSourceOptions), onTrouble }),
  counting: counting as ThreadCountOptions,
  clock: systemClock
})
