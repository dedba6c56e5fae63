import { KeyBatches } from '../key-batches.ts'
import { hyperloloCounter } from '../peers/hyperlolo.ts'
import { nanosecondsPer } from '../stopwatch.ts'
import {
  type Contestant,
  kernelInto,
  kernelRegisters,
  peerCounter,
  stringSet
} from './sketch-contestants.ts'
import { sketchSizes } from './sketch-sizes.ts'
import { printTargets, type Target } from './sketch-targets.ts'

const SEED = 42
const KINDS = ['hll', 'adaptive', 'ull', 'theta', 'exact'] as const

/**
 * From ids of 19 bytes to a count: hash and update, ns per id. Contestants in turn, each with a new
 * sketch every round, answers proved. Of each batch the best round counts, since others use the machine,
 * too; ratios to the first row.
 */
export async function sketch(count: number, rounds: number, withPeer = true): Promise<void> {
  const keys = new KeyBatches(count, SEED)
  const peer = withPeer ? await hyperloloCounter() : undefined
  const inPlace = kernelRegisters('wasm', 'in place')
  const plain = kernelRegisters('plain', 'copied')
  const rival = peer && peerCounter('npm hyperlolo, 2^12', peer)
  const set = stringSet()
  const contestants: Contestant[] = [
    inPlace,
    kernelRegisters('wasm', 'copied'),
    plain,
    ...KINDS.flatMap(kind => [kernelInto(kind, 'wasm'), kernelInto(kind, 'plain')]),
    ...(rival ? [rival] : []),
    set
  ]
  const laps = new Map<Contestant, readonly number[]>()
  for (let round = 0; round < rounds; round++) {
    for (const each of contestants) {
      const before = laps.get(each)
      const now = each.run(keys)
      laps.set(each, before ? now.map((lap, batch) => Math.min(lap, before[batch]!)) : now)
    }
  }
  const best = new Map([...laps].map(([each, times]) => [each, nanosecondsPer(count, times)]))
  const kernelTime = best.get(inPlace)!
  console.log(
    `\nhash and update, ${count} different ids of 19 bytes (best of ${rounds} for each batch, proved)`
  )
  console.log(`  ${'contestant'.padEnd(46)}${'ns/id'.padStart(9)}${'ratio'.padStart(8)}`)
  for (const [{ name }, time] of best) {
    const ratio = `${(time / kernelTime).toFixed(1)}×`
    console.log(`  ${name.padEnd(46)}${time.toFixed(1).padStart(9)}${ratio.padStart(8)}`)
  }
  if (withPeer && !peer) console.log('  npm hyperlolo is not installed: npm ci in bench/ first')
  const against = (name: string, rivalTime: number, bound: number, sense: '≤' | '≥'): Target => {
    return { name, value: rivalTime / kernelTime, unit: '×', bound, sense }
  }
  printTargets([
    { name: 'hash and update, hll', value: kernelTime, unit: ' ns', bound: 10, sense: '≤' },
    ...(rival ? [against('best npm peer beside the kernel', best.get(rival)!, 5, '≥')] : []),
    against('Set of strings beside the kernel', best.get(set)!, 40, '≥'),
    against('plain twin beside the kernel', best.get(plain)!, 3.5, '≤'),
    ...sketchSizes()
  ])
}
