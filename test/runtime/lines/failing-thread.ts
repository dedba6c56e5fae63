import { parentPort } from 'node:worker_threads'
import { createExtractor } from '../../../src/extract/create.ts'
import { readFileAt } from '../../../src/host/file-input.ts'
import { lineBounds } from '../../../src/runtime/lines/line-bounds.ts'
import type { LineJob } from '../../../src/runtime/lines/line-message.ts'
import { LineWork } from '../../../src/runtime/lines/line-work.ts'

// A thread of a count that breaks down in the middle of its third piece.
const work = new LineWork(
  createExtractor({ key: 'uid', time: 'ts' }, { columnFrames: lineBounds.columnFrames }),
  readFileAt
)
let jobs = 0
parentPort!.on('message', (job: LineJob) => {
  jobs++
  if (jobs === 3) throw new Error('a thread that breaks down')
  const answer = work.run(job)
  parentPort!.postMessage(answer, [answer.memory.bytes, answer.memory.columns])
})
