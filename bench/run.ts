import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { developmentBroker } from './broker.ts'
import { broker } from './cases/broker.ts'
import { cache } from './cases/cache.ts'
import { clock } from './cases/clock.ts'
import { emission } from './cases/emission.ts'
import { extract } from './cases/extract.ts'
import { fetch } from './cases/fetch.ts'
import { file } from './cases/file.ts'
import { fileRate } from './cases/file-rate.ts'
import { files } from './cases/files.ts'
import { formats } from './cases/formats.ts'
import { memory } from './cases/memory.ts'
import { peers } from './cases/peers.ts'
import { produce } from './cases/produce.ts'
import { replay } from './cases/replay.ts'
import { scale } from './cases/scale.ts'
import { sketch } from './cases/sketch.ts'
import { restore, stageTwo } from './cases/stage-two.ts'
import { steady } from './cases/steady.ts'
import { tcp } from './cases/tcp.ts'
import { transactions } from './cases/transactions.ts'
import { twoYears } from './cases/two-years.ts'
import { uneven } from './cases/uneven.ts'
import { topicWindows, windows } from './cases/windows.ts'

/*
 * npm run bench [-- NAME …] [--frames N] [--keys N] [--rounds N] [--minutes N] [--days N] [--groups N]
 *   [--seconds N] [--brokers host:port]
 *
 * Whole processes side by side in one run, answers asserted equal, CPU time as the main figure; sketches, the
 * kernel, the state cache and the clock in this process. Without a name, those that take minutes.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    frames: { type: 'string', default: '1000000' },
    keys: { type: 'string', default: '5000000' },
    rounds: { type: 'string', default: '3' },
    minutes: { type: 'string' },
    days: { type: 'string', default: '100' },
    groups: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '100' },
    brokers: { type: 'string' }
  }
})
const frames = Number(values.frames)
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)

type Benchmark = () => void | Promise<void>

const cases: Readonly<Record<string, Benchmark>> = {
  file: () => file(frames, rounds),
  'file-rate': () => fileRate(frames, rounds),
  // Joining groups and loading the client weigh on a short run: a topic gets twice the frames.
  broker: onBroker(bootstrap => broker(bootstrap, frames * 2, rounds)),
  // JIT and the start of a JVM weigh on a short run, too.
  produce: onBroker(bootstrap => produce(bootstrap, frames * 5, frames / 2, rounds)),
  fetch: onBroker(bootstrap => fetch(bootstrap, frames * 5, frames * 0.3, rounds)),
  files: () => files(frames, rounds),
  peers: onBroker(bootstrap => peers(bootstrap, frames, rounds)),
  formats: () => formats(frames / 5, rounds),
  memory: () => memory(frames),
  extract: () => extract(frames, rounds),
  tcp: () => tcp(frames * 2, frames * 10, rounds),
  sketch: () => sketch(Number(values.keys), rounds),
  cache: () => cache(Number(values.minutes ?? 4_320)),
  clock: () => clock(frames, rounds),
  windows: () => windows(frames, rounds),
  'topic-windows': onBroker(bootstrap => topicWindows(bootstrap, frames * 5, frames / 2, rounds)),
  'two-years': () => twoYears(frames * 5),
  'stage-two': () => stageTwo(Number(values.days), Number(values.groups)),
  restore: onBroker(async bootstrap => restore(bootstrap)),
  emission: onBroker(bootstrap => emission(bootstrap, seconds)),
  transactions: onBroker(bootstrap => transactions(bootstrap, frames * 5, rounds)),
  steady: onBroker(bootstrap => steady(bootstrap, Number(values.minutes ?? 10))),
  uneven: onBroker(bootstrap => uneven(bootstrap, frames * 8.5)),
  replay: onBroker(bootstrap => replay(bootstrap, frames * 50)),
  scale: onBroker(bootstrap => scale(bootstrap, frames * 5))
}
const SHORT = ['file', 'broker', 'memory', 'extract', 'sketch', 'cache', 'clock']

/** With the broker that was named, or one of its own. */
function onBroker(work: (bootstrap: string) => Promise<void>): Benchmark {
  return () => (values.brokers ? work(values.brokers) : developmentBroker(work))
}

console.log(
  `${cpus()[0]?.model} × ${cpus().length}, Node ${process.versions.node}, ${new Date().toISOString()}`
)
for (const name of positionals.length > 0 ? positionals : SHORT) {
  const benchmark = cases[name]
  if (!benchmark) {
    console.error(`there is no benchmark ${name}; there are ${Object.keys(cases).join(', ')}`)
    process.exitCode = 2
    break
  }
  await benchmark()
}
