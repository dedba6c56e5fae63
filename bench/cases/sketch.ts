import { KeyBatches } from '../key-batches.ts'
import { hyperloloCounter } from '../peers/hyperlolo.ts'
import {
  type Contestant,
  kernelInto,
  kernelRegisters,
  peerCounter,
  stringSet
} from './sketch-contestants.ts'
import { sketchSizes } from './sketch-sizes.ts'

const SEED = 42

/**
 * From ids of 19 bytes to a count: hash and update, ns per id. Contestants in turn, each with a new
 * sketch every round, answers proved. Best rounds, since others use the machine, too; ratios to the
 * first row.
 */
export async function sketch(count: number, rounds: number, withPeer = true): Promise<void> {
  const keys = new KeyBatches(count, SEED)
  const peer = withPeer ? await hyperloloCounter() : undefined
  const contestants: Contestant[] = [
    kernelRegisters('wasm', 'in place'),
    kernelRegisters('wasm', 'copied'),
    kernelRegisters('plain', 'copied'),
    ...(['hll', 'adaptive', 'ull', 'theta', 'exact'] as const).map(kernelInto),
    ...(peer ? [peerCounter('npm hyperlolo, 2^12', peer)] : []),
    stringSet()
  ]
  const times = contestants.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      times[index]!.push(contestant.run(keys))
    }
  }
  console.log(`\nhash and update, ${count} different ids of 19 bytes (best of ${rounds}, proved)`)
  console.log(`  ${'contestant'.padEnd(46)}${'ns/id'.padStart(9)}${'ratio'.padStart(8)}`)
  const best = times.map(each => Math.min(...each))
  for (const [index, { name }] of contestants.entries()) {
    const ratio = `${(best[index]! / best[0]!).toFixed(1)}×`
    console.log(`  ${name.padEnd(46)}${best[index]!.toFixed(1).padStart(9)}${ratio.padStart(8)}`)
  }
  if (withPeer && !peer) console.log('  npm hyperlolo is not installed: npm ci in bench/ first')
  sketchSizes()
}
