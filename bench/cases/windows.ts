import { fileURLToPath } from 'node:url'
import { answerOfSizes } from '../answers.ts'
import { type Contender, compare, type Row } from '../comparison.ts'
import { frameFile, type Shape } from '../data.ts'
import { withTopic } from '../filled-topic.ts'
import { printTargets } from './sketch-targets.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const ONE = ['1m']
const SIX = ['1m', '1h', '1d', '1w', '1mo', '1y']
const PARTITIONS = 4
/** The second pace makes a minute of 1,200 frames, and more hours than one. */
const FILES: readonly (readonly [shape: Shape, framesPerSecond: number])[] = [
  ['challenge', 1_000],
  ['small', 1_000],
  ['small', 20]
]

/** What more sizes cost: six of them against one, from the same file, whole processes in turn. */
export async function windows(frames: number, rounds: number): Promise<void> {
  for (const [shape, framesPerSecond] of FILES) {
    const path = frameFile(shape, frames, { framesPerSecond })
    const contenders = [ONE, SIX].map(sizes => counting(sizes, frames, () => [path]))
    const title = `${frames} ${shape} frames from a file, ${framesPerSecond} a second`
    showTarget(await compare(title, contenders, rounds))
  }
}

/** The same from a topic of four partitions, both stages in transactions, state and results in Kafka. */
export async function topicWindows(
  bootstrap: string,
  small: number,
  challenge: number,
  rounds: number
): Promise<void> {
  for (const [shape, frames] of [
    ['challenge', challenge],
    ['small', small]
  ] as const) {
    const file = frameFile(shape, frames)
    await withTopic({ bootstrap, partitions: PARTITIONS, file }, async topic => {
      // Every run is an app of its own, which counts all of the topic.
      const where = ['--brokers', bootstrap, '--topic', topic.name, '--exit-at-end']
      const contenders = [ONE, SIX].map(sizes =>
        counting(sizes, frames, () => [...where, '--app', topic.newApp()])
      )
      const title = `${frames} ${shape} frames from a topic, ${PARTITIONS} partitions`
      showTarget(await compare(title, contenders, rounds))
    })
  }
}

function counting(sizes: readonly string[], frames: number, from: () => string[]): Contender {
  const window = sizes.join(',')
  return {
    name: `--window ${window}`,
    script: headcount,
    get args() {
      return ['count', '--key', 'uid', '--format', 'jsonl', '--window', window, ...from()]
    },
    answer: stdout => answerOfSizes(stdout, sizes, frames),
    frames
  }
}

function showTarget([one, six]: readonly Row[]): void {
  const value = six!.cpuPerMillion / one!.cpuPerMillion
  printTargets([{ name: 'six sizes beside one', value, unit: '×', bound: 1.25, sense: '≤' }])
}
