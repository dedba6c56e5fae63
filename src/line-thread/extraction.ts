import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../core/assert.ts'
import { createExtractor } from '../extract/create.ts'
import type { ExtractOptions } from '../extract/extractor.ts'
import { readFileAt } from '../host/file-input.ts'
import { lineBounds } from '../runtime/lines/line-bounds.ts'
import type { LineJob } from '../runtime/lines/line-message.ts'
import { LineWork } from '../runtime/lines/line-work.ts'
import type { LineThreadData } from '../runtime/lines/line-worker.ts'

// Pieces of lines into columns, for a count in the main thread.
assert(parentPort, 'this module is for threads')
const port = parentPort
const { fields, zone } = workerData as LineThreadData
const options: ExtractOptions =
  zone === 'UTC' ? fields : { ...fields, localTime: await timeIn(zone) }
const { frameBytes, columnFrames } = lineBounds
const work = new LineWork(createExtractor(options, { frameBytes, columnFrames }), readFileAt)
port.on('message', (job: LineJob) => {
  const answer = work.run(job)
  port.postMessage(answer, [answer.memory.bytes, answer.memory.columns])
})

/** The calendar is loaded only where it is needed: a thread should be there at once. */
async function timeIn(name: string): Promise<(local: number) => number> {
  const { Zone } = await import('../window/zone.ts')
  const zone = new Zone(name)
  return local => zone.firstShowing(local)
}
