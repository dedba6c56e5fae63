import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { developmentBroker } from './broker.ts'
import { broker } from './cases/broker.ts'
import { cache } from './cases/cache.ts'
import { clock } from './cases/clock.ts'
import { emission } from './cases/emission.ts'
import { file } from './cases/file.ts'
import { memory } from './cases/memory.ts'
import { sketch } from './cases/sketch.ts'
import { stageTwo } from './cases/stage-two.ts'
import { twoYears } from './cases/two-years.ts'
import { windows } from './cases/windows.ts'

/*
 * npm run bench [-- file | broker | memory | sketch | cache | clock …] [--frames N] [--keys N] [--rounds N]
 *   [--minutes N] [--brokers host:port]
 * npm run bench -- windows | two-years | stage-two | emission … [--days N] [--groups N] [--seconds N]
 *
 * Whole processes side by side in one run, answers asserted equal, CPU time as the main figure; sketches, the
 * state cache and the clock in this process.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    frames: { type: 'string', default: '1000000' },
    keys: { type: 'string', default: '5000000' },
    rounds: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '4320' },
    days: { type: 'string', default: '100' },
    groups: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '100' },
    brokers: { type: 'string' }
  }
})
const frames = Number(values.frames)
const rounds = Number(values.rounds)
// Joining groups and loading the client weigh on a short run: a topic gets twice the frames.
const topicFrames = frames * 2
const wanted =
  positionals.length > 0 ? positionals : ['file', 'broker', 'memory', 'sketch', 'cache', 'clock']
console.log(
  `${cpus()[0]?.model} × ${cpus().length}, Node ${process.versions.node}, ${new Date().toISOString()}`
)
for (const name of wanted) {
  if (name === 'file') await file(frames, rounds)
  else if (name === 'memory') await memory(frames)
  else if (name === 'sketch') await sketch(Number(values.keys), rounds)
  else if (name === 'cache') cache(Number(values.minutes))
  else if (name === 'clock') clock(frames, rounds)
  else if (name === 'windows') await windows(frames, rounds)
  else if (name === 'two-years') await twoYears(frames * 5)
  else if (name === 'stage-two') stageTwo(Number(values.days), Number(values.groups))
  else if (name === 'emission') {
    const seconds = Number(values.seconds)
    if (values.brokers) await emission(values.brokers, seconds)
    else await developmentBroker(bootstrap => emission(bootstrap, seconds))
  } else if (name === 'broker') {
    if (values.brokers) await broker(values.brokers, topicFrames, rounds)
    else await developmentBroker(bootstrap => broker(bootstrap, topicFrames, rounds))
  } else {
    console.error(
      `there is no benchmark ${name}; there are file, broker, memory, sketch, cache, clock, windows, two-years, stage-two, emission`
    )
    process.exitCode = 2
  }
}
