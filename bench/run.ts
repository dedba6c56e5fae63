import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { developmentBroker } from './broker.ts'
import { broker } from './cases/broker.ts'
import { file } from './cases/file.ts'
import { memory } from './cases/memory.ts'
import { sketch } from './cases/sketch.ts'

/*
 * npm run bench [-- file | broker | memory | sketch …] [--frames N] [--keys N] [--rounds N]
 *   [--brokers host:port]
 *
 * Whole processes side by side in one run, answers asserted equal, CPU time as the main figure; sketches
 * in this process.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    frames: { type: 'string', default: '1000000' },
    keys: { type: 'string', default: '5000000' },
    rounds: { type: 'string', default: '3' },
    brokers: { type: 'string' }
  }
})
const frames = Number(values.frames)
const rounds = Number(values.rounds)
// Joining groups and loading the client weigh on a short run: a topic gets twice the frames.
const topicFrames = frames * 2
const wanted = positionals.length > 0 ? positionals : ['file', 'broker', 'memory', 'sketch']
console.log(
  `${cpus()[0]?.model} × ${cpus().length}, Node ${process.versions.node}, ${new Date().toISOString()}`
)
for (const name of wanted) {
  if (name === 'file') await file(frames, rounds)
  else if (name === 'memory') await memory(frames)
  else if (name === 'sketch') await sketch(Number(values.keys), rounds)
  else if (name === 'broker') {
    if (values.brokers) await broker(values.brokers, topicFrames, rounds)
    else await developmentBroker(bootstrap => broker(bootstrap, topicFrames, rounds))
  } else {
    console.error(`there is no benchmark ${name}; there are file, broker, memory, sketch`)
    process.exitCode = 2
  }
}
