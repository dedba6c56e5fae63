import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accuracyCsv, readAccuracyCsv, updatedRows } from '../../bench/accuracy/accuracy-csv.ts'
import { kindChart, summaryTable } from '../../bench/accuracy/accuracy-page.ts'
import { AliasTable } from '../../bench/accuracy/alias-table.ts'
import { type KeyDraw, PlainDraw, SlotDraw, SmallestDraw } from '../../bench/accuracy/key-draw.ts'
import { lineChart } from '../../bench/accuracy/line-chart.ts'
import { type Accuracy, studyPoint } from '../../bench/accuracy/point.ts'
import { SlotLaw } from '../../bench/accuracy/slot-law.ts'
import { keysGrid, study } from '../../bench/accuracy/study.ts'
import { studiedKinds, theoreticalError } from '../../bench/accuracy/theory.ts'
import { Random } from '../../src/core/random.ts'
import { createSketch, mergeSketches } from '../../src/sketch/index.ts'
import { RegisterArray } from '../../src/sketch/register-array.ts'
import { largestOf, seenBits } from '../../src/sketch/ull-register.ts'
import { UllRegisters } from '../../src/sketch/ull-registers.ts'
import { assertWellFormed } from '../cli/sketch/svg-wellformed.ts'

/** Mean and standard deviation of what `value` gives after each of `runs` draws. */
function moments(draw: KeyDraw, runs: number, seed: number, value: () => number) {
  const random = new Random(seed)
  const values = Array.from({ length: runs }, () => {
    draw.draw(random)
    return value()
  })
  const mean = values.reduce((sum, each) => sum + each, 0) / runs
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (runs - 1)
  return { mean, deviation: Math.sqrt(variance) }
}

test('an alias table draws with its weights', () => {
  const weights = [0.5, 0, 3, 1e-3, 6.499]
  const table = new AliasTable(Float64Array.from(weights))
  const random = new Random(1)
  const counts = weights.map(() => 0)
  for (let i = 0; i < 100_000; i++) counts[table.draw(random)]!++
  counts.forEach((count, i) => {
    const expected = weights[i]! * 1e4
    assert.ok(Math.abs(count - expected) <= 5 * Math.sqrt(expected), `${i}: ${count}`)
  })
})

test('summed over the keys, the law of a slot is that of independent Poisson streams of values', () => {
  for (const load of [0.3, 2, 37, 3_000]) {
    const { outcomes, probabilities } = new SlotLaw(load)
    const sums = new Map<string, number>()
    let keys = 0
    outcomes.forEach((outcome, i) => {
      const name = `${outcome.largest} ${outcome.below}`
      sums.set(name, (sums.get(name) ?? 0) + probabilities[i]!)
      keys += outcome.keys * probabilities[i]!
    })
    assert.ok(Math.abs(keys / load - 1) < 1e-9, 'keys on average')
    // Value v comes as a Poisson stream of rate load·2^−v, independent of the others.
    const none = (value: number) => (value < 1 ? 1 : Math.exp(-load * 2 ** -value))
    for (let largest = 1; largest < 45; largest++) {
      for (let below = 0; below < 4; below++) {
        const came = (value: number, bit: number) =>
          (below & bit) === 0 ? none(value) : 1 - none(value)
        const expected =
          none(0) *
          Math.exp(-load * 2 ** -largest) *
          (1 - none(largest)) *
          came(largest - 1, 2) *
          came(largest - 2, 1)
        const found = sums.get(`${largest} ${below}`) ?? 0
        assert.ok(
          Math.abs(found - expected) < 1e-10,
          `${load}: ${largest} ${below}: ${found}, ${expected}`
        )
      }
    }
  }
})

test('sketches see drawn slots as they see keys added one by one', () => {
  const precision = 8
  const keys = 3_000
  const runs = 800
  for (const kind of ['hll', 'ull', 'linear', 'adaptive'] as const) {
    const sketch = createSketch(kind, kind === 'linear' ? 12 : precision)
    const slots = kind === 'linear' ? 12 : precision
    const measure = (draw: KeyDraw, seed: number) =>
      moments(draw, runs, seed, () => {
        sketch.clear()
        draw.addTo(sketch)
        return sketch.estimate(0.95).value / draw.keys
      })
    const plain = measure(new PlainDraw(keys), 1)
    const drawn = measure(new SlotDraw(keys, slots), 2)
    const spread = plain.deviation / Math.sqrt(runs)
    assert.ok(
      Math.abs(plain.mean - drawn.mean) < 5 * spread,
      `${kind}: ${plain.mean} ${drawn.mean}`
    )
    const ratio = drawn.deviation / plain.deviation
    assert.ok(Math.abs(ratio - 1) < 5 / Math.sqrt(runs), `${kind}: ${ratio}`)
  }
})

test('drawn slots are what the coupons of their three largest values lead to', () => {
  const random = new Random(6)
  for (const mean of [200, 900, 40_000]) {
    const draw = new SlotDraw(mean, 8)
    draw.draw(random)
    const states = new UllRegisters(8)
    const registers = new RegisterArray(8)
    draw.states.states.forEach((state, slot) => {
      const bits = seenBits(state)
      for (const below of [0, 1, 2]) {
        if (((bits << below) & 4) === 0) continue
        const coupon = ((largestOf(state) - below) << 26) | slot
        states.addCoupon(coupon)
        registers.addCoupon(coupon)
      }
    })
    assert.deepEqual(draw.states.states, states.states)
    assert.deepEqual(draw.registers.values, registers.values)
  }
})

test('drawn slots add up to the keys that were asked for, on average and as a Poisson number', () => {
  const mean = 5_000
  const runs = 2_000
  const draw = new SlotDraw(mean, 8)
  const found = moments(draw, runs, 8, () => draw.keys)
  assert.ok(Math.abs(found.mean - mean) < 5 * Math.sqrt(mean / runs), `${found.mean}`)
  assert.ok(Math.abs(found.deviation / Math.sqrt(mean) - 1) < 5 / Math.sqrt(2 * runs))
})

test('the smallest of many hashes are drawn as order statistics are distributed', () => {
  const keys = 100_000
  const count = 65
  const draw = new SmallestDraw(keys, count)
  const { h1hi, h1lo } = draw.columns
  const runs = 3_000
  for (const place of [1, count]) {
    const { mean, deviation } = moments(draw, runs, place, () => {
      return (h1hi[place - 1]! + h1lo[place - 1]! / 2 ** 32) / 2 ** 32
    })
    const expected = place / (keys + 1)
    const spread = Math.sqrt((expected * (1 - expected)) / (keys + 2))
    assert.ok(
      Math.abs(mean - expected) < (5 * spread) / Math.sqrt(runs),
      `mean of ${place}: ${mean}`
    )
    assert.ok(Math.abs(deviation / spread - 1) < 0.15, `deviation of ${place}: ${deviation}`)
  }
  for (let i = 1; i < count; i++) assert.ok(h1hi[i]! >= h1hi[i - 1]!)
})

test('theta of drawn hashes has the error that theory knows', () => {
  const [found] = studyPoint(
    { precision: 6, keys: 50_000, parts: 1 },
    ['theta'],
    1_500,
    new Random(3)
  )
  const theory = theoreticalError('theta', 6, 50_000)
  assert.ok(Math.abs(found!.rmse / theory - 1) < 0.12, `${found!.rmse}, ${theory}`)
})

test('merged from parts, a sketch has the same bytes as one sketch of all keys', () => {
  const random = new Random(4)
  for (const kind of studiedKinds) {
    for (const keys of [5, 90, 2_000]) {
      const draw = new PlainDraw(keys)
      draw.draw(random)
      const whole = createSketch(kind, 8)
      whole.addColumns(draw.columns, 0, keys)
      const union = createSketch(kind, 8)
      for (let part = 0; part < 16; part++) {
        const one = createSketch(kind, 8)
        const from = Math.floor((keys * part) / 16)
        one.addColumns(draw.columns, from, Math.floor((keys * (part + 1)) / 16))
        assert.equal(mergeSketches(union, one), union)
      }
      assert.deepEqual(union.serialize(), whole.serialize(), `${kind}, ${keys} keys`)
    }
  }
})

test('a small study covers every kind and is told as CSV, table and charts', () => {
  const options = {
    kinds: studiedKinds,
    precisions: [9],
    keysMax: 2_000,
    rows: 40_000,
    runsMax: 200,
    seed: 5
  }
  const rows: Accuracy[] = [...study(options)].flat()
  for (const kind of studiedKinds) {
    const own = rows.filter(row => row.kind === kind)
    assert.ok(own.length >= 10, kind)
    const svg = lineChart(kindChart(kind, own, options.keysMax))
    assertWellFormed(svg)
    assert.doesNotMatch(svg, /NaN|Infinity/)
  }
  for (const { kind, keys, parts, runs, rmse, coverage } of rows) {
    assert.ok(runs >= 100 && rmse < 0.3, `${kind}, ${keys} keys, ${parts} parts: ${rmse}`)
    assert.ok(coverage[1]! > 0.82, `${kind}, ${keys} keys, ${parts} parts: ${coverage[1]}`)
  }
  const lines = accuracyCsv(rows).trim().split('\n')
  assert.equal(lines.length, rows.length + 1)
  assert.ok(lines.every(line => line.split(',').length === 11 && !line.includes('NaN')))
  assert.match(
    summaryTable(rows),
    /^\| ull \| 9 \| 16 \| \d+ \| 100 to \d+ \| [\d.]+ \([\d.]+\) \|/m
  )
})

test('the same seed gives the same study', () => {
  const options = {
    kinds: studiedKinds,
    precisions: [6],
    keysMax: 100,
    rows: 1_000,
    runsMax: 100,
    seed: 5
  }
  assert.deepEqual([...study(options)], [...study(options)])
  assert.notDeepEqual([...study(options)], [...study({ ...options, seed: 6 })])
})

test('a point comes out the same whatever else is studied', () => {
  const options = { precisions: [6], keysMax: 300, rows: 20_000, runsMax: 100, seed: 5 }
  const hll = [...study({ ...options, kinds: ['hll'] })].flat()
  const all = [...study({ ...options, kinds: studiedKinds, precisions: [5, 6] })].flat()
  const again = all.filter(row => row.kind === 'hll' && row.precision === 6)
  assert.deepEqual(again, hll)
})

test('a table is read as it was written, and takes what was studied again', () => {
  const options = { precisions: [6], keysMax: 30, rows: 5_000, runsMax: 100, seed: 5 }
  const both = updatedRows([], [...study({ ...options, kinds: ['hll', 'ull'] })].flat())
  const read = readAccuracyCsv(accuracyCsv(both))
  assert.equal(accuracyCsv(read), accuracyCsv(both))
  const again = [...study({ ...options, kinds: ['ull'], seed: 6 })].flat()
  const updated = updatedRows(read, again)
  assert.equal(updated.length, both.length)
  assert.deepEqual(
    updated.filter(row => row.kind === 'ull'),
    again
  )
  assert.deepEqual(
    updated.filter(row => row.kind === 'hll'),
    read.filter(row => row.kind === 'hll')
  )
  assert.throws(() => readAccuracyCsv('a,b\n1,2\n'))
})

test('the grid ascends from 1 to the most keys, each number once, with the mode change', () => {
  assert.deepEqual(keysGrid(100, 12), [1, 2, 3, 6, 10, 18, 32, 56, 100])
  assert.deepEqual(keysGrid(30, 6), [1, 2, 3, 6, 10, 16, 17, 18])
})
