import { cache } from './cases/cache.ts'
import { clock } from './cases/clock.ts'
import { extract } from './cases/extract.ts'
import { file } from './cases/file.ts'
import { fileRate } from './cases/file-rate.ts'
import { sketch } from './cases/sketch.ts'
import { stageTwo } from './cases/stage-two.ts'
import { steady } from './cases/steady.ts'
import { tcp } from './cases/tcp.ts'
import { twoYears } from './cases/two-years.ts'
import { topicWindows, windows } from './cases/windows.ts'

// Small enough for every test run: the benchmark still works and its answers are still equal.
await file(2_000, 1)
await fileRate(2_000, 1)
extract(2_000, 1)
await tcp(2_000, 2_000, 1)
await sketch(20_000, 1, false)
cache(120)
clock(2_000, 1)
await windows(2_000, 1)
await twoYears(2_000)
stageTwo(0.1, 20, 1)

// What needs a broker: HEADCOUNT_BENCH_BROKERS=host:port.
const brokers = process.env.HEADCOUNT_BENCH_BROKERS
if (brokers) {
  await topicWindows(brokers, 4_000, 2_000, 1)
  await steady(brokers, 0.1)
}
