/*
 * The simulation behind the constants of `src/sketch/confidence.ts`: error and coverage of estimates
 * from registers. Takes half a minute: node test/sketch/bounds.study.ts [seed]
 *
 * Keys are random hashes. Above eight keys a register the registers are drawn directly, each ≤ k with
 * probability e^(−λ/2^k): the correlation that a fixed number of keys brings is too small to measure there.
 */
import { Random } from '../../src/core/random.ts'
import { registerBounds } from '../../src/sketch/confidence.ts'
import { RegisterArray } from '../../src/sketch/register-array.ts'
import { estimateRegisters, registerError } from '../../src/sketch/register-estimator.ts'

const PRECISIONS = [4, 6, 8, 10, 12, 14]
const LOADS = [0.26, 0.5, 1, 4, 100, 1e5]
const CONFIDENCES = [0.68, 0.95, 0.997] as const
const REGISTERS_DRAWN = 2e7
const RUNS_MAX = 40_000
const random = new Random(Number(process.argv[2] ?? 1))

function drawKeys(registers: RegisterArray, keys: number): void {
  registers.clear()
  for (let i = 0; i < keys; i++) registers.add(random.uint32(), random.uint32(), random.uint32())
}

function drawRegisters(registers: RegisterArray, keys: number): void {
  const { values } = registers
  registers.clear()
  const load = keys / values.length
  for (let slot = 0; slot < values.length; slot++) {
    const value = Math.ceil(Math.log2(load / -Math.log((random.uint32() + 0.5) / 2 ** 32)))
    registers.addCoupon((Math.min(Math.max(value, 0), 63) << 26) | slot)
  }
}

function study(precision: number, load: number): string {
  const registers = new RegisterArray(precision)
  const keys = Math.round(load * 2 ** precision)
  const drawn = load > 8 ? 2 ** precision : Math.max(2 ** precision, keys)
  const runs = Math.min(RUNS_MAX, Math.floor(REGISTERS_DRAWN / drawn))
  const held = CONFIDENCES.map(() => 0)
  const deviations: number[] = []
  let sum = 0
  let squares = 0
  for (let run = 0; run < runs; run++) {
    if (load > 8) drawRegisters(registers, keys)
    else drawKeys(registers, keys)
    const estimate = estimateRegisters(registers.histogram(), precision)
    sum += estimate / keys - 1
    squares += (estimate / keys - 1) ** 2
    deviations.push(Math.log(keys / estimate) / registerError(estimate, precision))
    CONFIDENCES.forEach((confidence, i) => {
      const [low, high] = registerBounds(estimate, precision, confidence)
      if (Math.floor(low) <= keys && keys <= Math.ceil(high)) held[i]!++
    })
  }
  deviations.sort((a, b) => a - b)
  const quantiles = [0.0015, 0.025, 0.16, 0.5, 0.84, 0.975, 0.9985]
  const columns = [
    precision,
    load,
    runs,
    ((sum / runs) * 100).toFixed(3),
    (Math.sqrt(squares / runs) * 100).toFixed(3),
    (Math.sqrt(squares / runs) / registerError(keys, precision)).toFixed(3),
    ...held.map(count => ((count / runs) * 100).toFixed(1)),
    ...quantiles.map(q => deviations[Math.floor(q * runs)]!.toFixed(2))
  ]
  return columns.join('\t')
}

process.stdout.write(
  'precision\tkeys/register\truns\tbias %\terror %\tof theory\t68 %\t95 %\t99.7 %\t' +
    'quantiles of ln(n / estimate) / e: .0015 .025 .16 .5 .84 .975 .9985\n'
)
for (const precision of PRECISIONS) {
  for (const load of LOADS) process.stdout.write(`${study(precision, load)}\n`)
}
