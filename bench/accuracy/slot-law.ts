import type { Random } from '../../src/core/random.ts'
import { stateOf } from '../../src/sketch/ull-register.ts'
import { AliasTable } from './alias-table.ts'

/** Outcomes that are rarer than this don't turn up in all runs of a study together. */
const RARE = 1e-15
const VALUES_MAX = 60

/** How a slot ended: how many keys fell on it, and what all registers together can know of them. */
export interface SlotOutcome {
  readonly keys: number
  /** The largest value, 0 without a key; bit 1 of `below`: the value below it came, bit 0: the next. */
  readonly largest: number
  readonly below: number
}

/**
 * The joint law of keys and outcome of one slot when Poisson(`load`) keys fall on it. Under a Poisson
 * number of keys in all, slots are independent, so a state drawn slot by slot, with the sum of the drawn
 * keys as its truth, has exactly the law of adding that many random keys one by one.
 *
 * With N keys, of which each has the value v with probability 2^−v, the chance that no value lies in a
 * set of probability x is (1 − x)^N; which values came follows from it by inclusion and exclusion.
 */
export class SlotLaw {
  readonly outcomes: readonly SlotOutcome[]
  readonly probabilities: Float64Array
  /** Columns of `outcomes`: a loop over slots reads these. */
  readonly keys: Uint32Array
  /** States of UltraLogLog registers. */
  readonly states: Uint8Array
  private readonly table: AliasTable

  constructor(load: number) {
    const outcomes: SlotOutcome[] = []
    const probabilities: number[] = []
    for (const [keys, share] of poissonLaw(load)) {
      for (const [outcome, probability] of outcomesOf(keys, RARE / share)) {
        outcomes.push(outcome)
        probabilities.push(share * probability)
      }
    }
    this.outcomes = outcomes
    this.probabilities = new Float64Array(probabilities)
    this.keys = Uint32Array.from(outcomes, outcome => outcome.keys)
    this.states = Uint8Array.from(outcomes, ({ largest, below }) => stateOf(largest) | below)
    this.table = new AliasTable(this.probabilities)
  }

  /** The index of an outcome. */
  draw(random: Random): number {
    return this.table.draw(random)
  }
}

/** Numbers with their probabilities, from the likeliest one outwards, as far as they aren't rare. */
function poissonLaw(mean: number): readonly (readonly [keys: number, probability: number])[] {
  const likeliest = Math.floor(mean)
  const weights: [number, number][] = [[likeliest, 1]]
  let weight = 1
  for (let keys = likeliest + 1; weight > RARE; keys++) {
    weight *= mean / keys
    weights.push([keys, weight])
  }
  weight = 1
  for (let keys = likeliest; keys > 0 && weight > RARE; keys--) {
    weight *= keys / mean
    weights.push([keys - 1, weight])
  }
  const total = weights.reduce((sum, [, each]) => sum + each, 0)
  return weights.map(([keys, each]) => [keys, each / total])
}

function outcomesOf(keys: number, rare: number): readonly (readonly [SlotOutcome, number])[] {
  if (keys === 0) return [[{ keys, largest: 0, below: 0 }, 1]]
  const found: [SlotOutcome, number][] = []
  for (let largest = 1; largest <= VALUES_MAX; largest++) {
    if (keys * 2 ** -largest < rare) break
    if (Math.exp(keys * Math.log1p(-(2 ** -largest))) < rare) continue
    const chances = chancesOfAllowed(keys, largest)
    for (let below = 0; below < 4; below++) {
      const probability = exactly(chances, below | 4)
      if (probability > rare) found.push([{ keys, largest, below }, probability])
    }
  }
  return found
}

/**
 * For each subset of the largest value (4), the one below (2) and the next (1): the chance that no other
 * one of the three came, and nothing larger.
 */
function chancesOfAllowed(keys: number, largest: number): Float64Array {
  const top = 2 ** -largest
  const middle = largest > 1 ? top * 2 : 0
  const bottom = largest > 2 ? top * 4 : 0
  return Float64Array.from({ length: 8 }, (_, allowed) => {
    const forbidden =
      top +
      ((allowed & 4) === 0 ? top : 0) +
      ((allowed & 2) === 0 ? middle : 0) +
      ((allowed & 1) === 0 ? bottom : 0)
    return Math.exp(keys * Math.log1p(-forbidden))
  })
}

/** Inclusion and exclusion: all of `wanted` came, and nothing else of the three. */
function exactly(chances: Float64Array, wanted: number): number {
  let probability = 0
  for (let part = 0; part < 8; part++) {
    if ((part & ~wanted) !== 0) continue
    const missing = wanted & ~part
    const sign = ((missing & 1) + ((missing >> 1) & 1) + (missing >> 2)) % 2 === 0 ? 1 : -1
    probability += sign * chances[part]!
  }
  return probability
}
