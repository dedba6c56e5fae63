import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type RunningBroker, startBroker } from '../src/broker/index.ts'
import { isFailure } from '../src/core/errors.ts'
import { capture, heading, run, show, start } from './demo/command.ts'
import { compare, countedFrames, type Truth } from './demo/verdict.ts'

/*
 * npm run demo: the main job, start to end, on a real broker in a temporary folder. Without Java and
 * Docker the same job runs from a file.
 */
const FRAMES = 300_000
const FRAMES_PER_SECOND = 20_000
const SETTLE_MS = 30_000

const folder = mkdtempSync(join(tmpdir(), 'headcount-demo-'))
let broker: RunningBroker | undefined
const began = Date.now()

process.once('SIGINT', () => {
  void cleanUp().then(() => process.exit(130))
})

try {
  const equal = await demo()
  process.exitCode = equal ? 0 : 1
} finally {
  await cleanUp()
  console.log(
    `\ndone in ${Math.round((Date.now() - began) / 1_000)} s; everything is removed again`
  )
}

async function demo(): Promise<boolean> {
  heading('Frames: 10 minutes of 3,000 users; 5 % come up to 2 minutes late, 0.2 % are broken')
  const frames = ['--frames', String(FRAMES), '--users', '3000', '--rate', '500']
  const flaws = ['--late-share', '0.05', '--late-max', '2m', '--broken-share', '0.002']
  const files = ['--output', 'frames.jsonl', '--truth', 'truth.json']
  await run(['generate', ...frames, ...flaws, ...files], folder)
  const truth: Truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'))

  heading('A real Kafka broker in a temporary folder')
  try {
    broker = await startBroker({ machine: process, onProgress: line => console.log(`  ${line}`) })
  } catch (error) {
    if (!isFailure(error, 'java-missing', 'kafka-missing')) throw error
    console.log(`  ${error.message}; ${error.cure}. The same job from the file instead:`)
    return fromFile(truth)
  }
  console.log(`  listening on ${broker.bootstrap}`)
  return fromTopic(truth, broker.bootstrap)
}

async function fromTopic(truth: Truth, bootstrap: string): Promise<boolean> {
  const at = ['--brokers', bootstrap]
  await run(['topic', 'create', 'events', '--partitions', '4', ...at], folder)

  heading('Counting live while the frames arrive: closed minutes stay, open ones change in place')
  const app = ['--topic', 'events', '--key', 'uid']
  const how = ['--window', '1m,1h', '--sketch', 'exact', '--format', 'table']
  const counting = start(['count', ...app, ...how, ...at], folder)
  const counted = once(counting, 'close')
  const rate = ['--rate', String(FRAMES_PER_SECOND)]
  await run(['produce', ...app, ...rate, ...at, 'frames.jsonl'], folder)

  // The newest results are asked for until they hold every frame; the comparison decides.
  const results = ['results', ...app, '--format', 'jsonl', ...at]
  const until = Date.now() + SETTLE_MS
  let jsonl = await capture(results, folder)
  while (countedFrames(jsonl) < truth.frames && Date.now() < until) {
    await pause(500)
    jsonl = await capture(results, folder)
  }
  counting.kill('SIGINT')
  await counted

  heading('The newest result of every minute, read back from the results topic, against the truth')
  const equal = compare(truth, jsonl)

  heading('The results topic is plain JSON, newest record per window')
  await run(
    ['consume', '--topic', 'events.uid-counts', '--last', '2', '--exit-at-end', ...at],
    folder
  )
  console.log('\nOn a broker that stays, look around with:')
  show(['broker', 'up'])
  show(['results', '--topic', 'events', '--key', 'uid'])
  show(['consume', '--topic', 'events.uid-rejects', '--last', '3', '--exit-at-end'])
  return equal
}

async function fromFile(truth: Truth): Promise<boolean> {
  heading('Counting the file')
  const args = ['count', '--key', 'uid', '--window', '1m', '--sketch', 'exact', 'frames.jsonl']
  show(args)
  const jsonl = await capture([...args, '--format', 'jsonl'], folder)
  return compare(truth, jsonl)
}

async function cleanUp(): Promise<void> {
  await broker?.stop()
  broker = undefined
  rmSync(folder, { recursive: true, force: true })
}
