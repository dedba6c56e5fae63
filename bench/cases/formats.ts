import { compress, decompress } from '../../src/kafka/batch/codecs.ts'
import { formatFrames } from '../format-frames.ts'
import { type FormatContender, formatContenders } from './format-contenders.ts'

/** A Kafka batch is packed as a whole. */
const BATCH_BYTES = 256 * 1_024
/** Unpacked in one lap: few, so that the best lap is one without a collection of all that is in memory here. */
const LAP_BATCHES = 8
const LAPS = 40

/**
 * What it costs to get user and time out of a frame and to count them, by format: the same frames, the same
 * answers. CPU time, the best of the rounds.
 */
export async function formats(frames: number, rounds: number): Promise<void> {
  for (const [shape, count] of [
    ['large', Math.ceil(frames / 5)],
    ['small', frames]
  ] as const) {
    const input = formatFrames(shape, count)
    const contenders = await formatContenders(input)
    for (const { run } of contenders) {
      run('exact').check(input.truth)
      run('adaptive').check(input.truth)
    }
    const best = new Map<FormatContender, number>()
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        const ns = nanoseconds(() => contender.run('adaptive')) / count
        best.set(contender, Math.min(ns, best.get(contender) ?? Number.POSITIVE_INFINITY))
      }
    }
    print(shape, count, best)
  }
}

function print(shape: string, count: number, best: ReadonlyMap<FormatContender, number>): void {
  console.log(`\n${count} ${shape} frames with a schema: to users per minute (best pass, proved)`)
  console.log(`  ${'format'.padEnd(10)}${'way'.padEnd(56)}${'ns per frame'.padStart(13)}`)
  for (const [{ format, way }, ns] of best) {
    console.log(`  ${format.padEnd(10)}${way.padEnd(56)}${ns.toFixed(0).padStart(13)}`)
  }
  const head = ['B per frame', 'with zstd', 'ns to unpack']
    .map(title => title.padStart(14))
    .join('')
  console.log(`  ${'format'.padEnd(10)}${head}`)
  for (const { format, values } of new Map(
    [...best.keys()].map(each => [each.format, each])
  ).values()) {
    const { stored, packed, ns } = packing(values)
    const cells = [stored, packed, ns].map(value => (value / count).toFixed(0).padStart(14))
    console.log(`  ${format.padEnd(10)}${cells.join('')}`)
  }
}

/** Bytes as they are and in zstd batches, and what unpacking all of these costs. */
function packing(values: readonly Uint8Array[]): { stored: number; packed: number; ns: number } {
  const all = Buffer.concat(values)
  const batches: Buffer[] = []
  for (let from = 0; from < all.length; from += BATCH_BYTES) {
    batches.push(compress('zstd', all.subarray(from, from + BATCH_BYTES)))
  }
  const packed = batches.reduce((total, batch) => total + batch.length, 0)
  const some = batches.slice(0, LAP_BATCHES)
  const unpack = (): void => {
    for (const batch of some) decompress('zstd', batch, BATCH_BYTES)
  }
  const best = Math.min(...Array.from({ length: LAPS }, () => nanoseconds(unpack)))
  const unpacked = Math.min(all.length, LAP_BATCHES * BATCH_BYTES)
  return { stored: all.length, packed, ns: (best * all.length) / unpacked }
}

function nanoseconds(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) * 1_000
}
