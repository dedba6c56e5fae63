import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { ClockNeighbours } from '../../src/window/clock-neighbours.ts'

/** More sequences for a long run: HEADCOUNT_RUNS=100000. */
const SEQUENCES = 10 * Number(process.env.HEADCOUNT_RUNS ?? 200)

interface Entry {
  readonly time: number
  readonly key: number
  readonly frame: number
}

/** The ring and what it makes of the clock, frame by frame. */
class Plain {
  ring: Entry[] = []
  clock: number

  constructor(clock: number) {
    this.clock = clock
  }

  take(entry: Entry): void {
    const same = this.ring.filter(({ key }) => key === entry.key)
    if (same.length === 4) this.ring.splice(this.ring.indexOf(same[0]!), 1)
    else if (this.ring.length === 16) this.ring.shift()
    this.ring.push(entry)
    this.ring = this.ring.filter(({ frame }) => entry.frame - frame < 1_024)
    const recent = this.ring.filter(({ frame }) => entry.frame - frame < 48)
    const times = recent.map(({ time }) => time).sort((a, b) => b - a)
    if (entry.time > this.clock) this.clock = Math.max(this.clock, times[times.length >> 1]!)
  }
}

test('following many frames at once gives the clock and the ring of following each', () => {
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    const random = new Random(seed)
    const of = <T>(values: readonly T[]): T => values[random.below(values.length)]!
    const neighbours = new ClockNeighbours()
    const plain = new Plain(of([0, 3, 8]))
    let clock = plain.clock
    const range = of([3, 6, 20])
    const trend = of([0, 0, 0.05, 0.5])
    const keys = of([1, 2, 3, 4, 12, 1_000])
    const rare = of([0, 0.02, 0.1])
    let frame = 0
    for (let batch = 0; batch < 4; batch++) {
      for (let left = of([1, 20, 33, 40, 90, 900]); left > 0; left--) {
        const time = Math.floor(frame * trend) + random.below(range)
        const key = random.real() < rare ? 9_999 + random.below(8) : random.below(keys)
        neighbours.append(time, key)
        plain.take({ time, key, frame: frame++ })
      }
      clock = neighbours.follow(clock)
      assert.equal(clock, plain.clock, `seed ${seed}, batch ${batch}`)
    }
    const ring = plain.ring.map(({ time, key, frame: at }) => ({ time, key, age: frame - 1 - at }))
    assert.deepEqual(neighbours.settled().entries(), ring, `seed ${seed}`)
  }
})
