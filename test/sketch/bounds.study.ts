/*
 * The simulation behind the constants of `src/sketch/confidence.ts`: error and coverage of estimates from
 * registers and from bitmaps. About a minute: node test/sketch/bounds.study.ts [hll|ull|linear] [seed]
 * [work], where `work` multiplies the runs; `points` as a fourth word studies 1 … 10^7 keys at precision
 * 10, 12 and 14 instead.
 */
import { Random } from '../../src/core/random.ts'
import { registerBounds, ULL_SHAPE } from '../../src/sketch/confidence.ts'
import { roundedEstimate } from '../../src/sketch/estimate-rounding.ts'
import { LinearCounting } from '../../src/sketch/linear-counting.ts'
import { linearBounds, linearKeys } from '../../src/sketch/linear-estimator.ts'
import { RegisterArray } from '../../src/sketch/register-array.ts'
import { registerError } from '../../src/sketch/register-error.ts'
import { estimateRegisters } from '../../src/sketch/register-estimator.ts'
import type { Confidence } from '../../src/sketch/sketch.ts'
import { estimateUll } from '../../src/sketch/ull-estimator.ts'
import { UllRegisters } from '../../src/sketch/ull-registers.ts'

const CONFIDENCES = [0.68, 0.95, 0.997] as const
const COUPONS_DRAWN = 2e7
const RUNS_MAX = 40_000
/** With so many coupons of one value for each register, one without it has the probability e^(−40). */
const CERTAIN_LOAD = 40

const [kind = 'hll', seed = '1', work = '1', points] = process.argv.slice(2)
const random = new Random(Number(seed))

interface Studied {
  /** Forgets everything, then takes coupons of `keys` random keys. */
  fill(keys: number): void
  estimate(): number
  bounds(estimate: number, confidence: Confidence): readonly [number, number]
  error(keys: number): number
  /** What is sure: the bounds and the value go no lower. */
  certain(): number
}

/**
 * Coupons of exactly so many random keys. Those with the value 1 are half of them, and so on; the values
 * that reach every register anyway aren't drawn one by one, so that 10^7 keys cost no more than a few
 * for each register.
 */
function drawCoupons(
  registers: RegisterArray | UllRegisters,
  bytes: Uint8Array,
  sure: (value: number) => number,
  keys: number
): void {
  registers.clear()
  let left = keys
  for (let value = 1; left > 0 && value <= 63; value++) {
    const count = value === 63 ? left : half(left)
    left -= count
    if (count > CERTAIN_LOAD * bytes.length && value > 3) bytes.fill(sure(value))
    else
      for (let i = 0; i < count; i++) registers.addCoupon((value << 26) | (random.uint32() >>> 6))
  }
}

/** Binomial with the probability 1/2, by bits, or by the normal distribution where it can't be told. */
function half(count: number): number {
  if (count > 10_000) {
    const normal =
      Math.sqrt(-2 * Math.log(1 - random.real())) * Math.cos(2 * Math.PI * random.real())
    return Math.round(count / 2 + (Math.sqrt(count) / 2) * normal)
  }
  let ones = 0
  for (let i = 0; i < count; i += 32) {
    let word = random.uint32() >>> Math.max(0, 32 - (count - i))
    for (; word !== 0; word &= word - 1) ones++
  }
  return ones
}

function studied(precision: number): Studied {
  if (kind === 'linear') return linear(2 ** precision)
  const isUll = kind === 'ull'
  const registers = isUll ? new UllRegisters(precision) : new RegisterArray(precision)
  const bytes = registers instanceof UllRegisters ? registers.states : registers.values
  const sure = isUll ? (value: number) => (value << 2) | 3 : (value: number) => value
  const estimate = isUll ? estimateUll : estimateRegisters
  const shape = isUll ? ULL_SHAPE : undefined
  return {
    fill: keys => drawCoupons(registers, bytes, sure, keys),
    estimate: () => estimate(registers.histogram(), precision),
    bounds: (keys, confidence) => registerBounds(keys, precision, confidence, shape),
    error: keys => registerError(keys, precision, shape?.indicators),
    certain: () => 2 ** precision - registers.histogram()[0]!
  }
}

function linear(bits: number): Studied {
  const bitmap = new LinearCounting(bits)
  return {
    fill: keys => {
      bitmap.clear()
      for (let i = 0; i < keys; i++) bitmap.add(random.uint32())
    },
    estimate: () => linearKeys(bits - bitmap.count, bits),
    bounds: (_, confidence) => linearBounds(bits - bitmap.count, bits, confidence),
    error: keys => Math.sqrt(bits * (Math.exp(keys / bits) - keys / bits - 1)) / keys,
    certain: () => bitmap.count
  }
}

function study(precision: number, keys: number): string {
  const sketch = studied(precision)
  const drawn = Math.min(keys, 2 * CERTAIN_LOAD * 2 ** precision) + 2 ** precision
  const runs = Math.min(RUNS_MAX, Math.ceil((COUPONS_DRAWN * Number(work)) / drawn))
  const held = CONFIDENCES.map(() => 0)
  const deviations: number[] = []
  let sum = 0
  let squares = 0
  for (let run = 0; run < runs; run++) {
    sketch.fill(keys)
    const estimate = sketch.estimate()
    sum += estimate / keys - 1
    squares += (estimate / keys - 1) ** 2
    deviations.push(Math.log(keys / estimate) / sketch.error(estimate))
    CONFIDENCES.forEach((confidence, i) => {
      const origin = { method: 'hll', precision, confidence } as const
      const bounds = sketch.bounds(estimate, confidence)
      const { low, high } = roundedEstimate(origin, estimate, bounds, sketch.certain())
      if (low <= keys && keys <= high) held[i]!++
    })
  }
  deviations.sort((a, b) => a - b)
  const quantiles = [0.0015, 0.025, 0.16, 0.5, 0.84, 0.975, 0.9985]
  const error = sketch.error(keys)
  const columns = [
    precision,
    keys,
    runs,
    (sum / runs / error ** 2).toFixed(2),
    (Math.sqrt(squares / runs) * 100).toFixed(3),
    (Math.sqrt(squares / runs) / error).toFixed(3),
    ...held.map(count => ((count / runs) * 100).toFixed(1)),
    ...quantiles.map(q => deviations[Math.floor(q * runs)]!.toFixed(2))
  ]
  return columns.join('\t')
}

function places(): (readonly [number, number])[] {
  if (points === 'points') {
    const powers = [0, 1, 2, 3, 4, 5, 6, 7].flatMap(power => [10 ** power, 3 * 10 ** power])
    return [10, 12, 14].flatMap(precision => powers.map(keys => [precision, keys] as const))
  }
  const loads = kind === 'linear' ? [0.01, 0.1, 1, 2.5, 4, 5] : [0.01, 0.26, 0.5, 1, 4, 100, 1e5]
  return [4, 6, 8, 10, 12, 14].flatMap(precision =>
    loads.map(load => [precision, Math.max(Math.round(load * 2 ** precision), 1)] as const)
  )
}

process.stdout.write(
  `${kind}\nprecision\tkeys\truns\tbias / e²\terror %\tof theory\t68 %\t95 %\t99.7 %\t` +
    'quantiles of ln(n / estimate) / e: .0015 .025 .16 .5 .84 .975 .9985\n'
)
for (const [precision, keys] of places()) {
  // A bitmap tells nothing once it is full.
  if (kind === 'linear' && keys > 6 * 2 ** precision) continue
  process.stdout.write(`${study(precision, keys)}\n`)
}
