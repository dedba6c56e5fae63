/** One line of what the sketches promise: a figure of this run beside its bound. */
export interface Target {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly bound: number
  readonly sense: '≤' | '≥'
}

/** Prints every target with what was measured. Bounds in ns and µs are meant for a quiet machine. */
export function printTargets(targets: readonly Target[]): void {
  console.log(`\n  ${'target'.padEnd(60)}${'measured'.padStart(12)}${'bound'.padStart(12)}`)
  for (const { name, value, unit, bound, sense } of targets) {
    const isMet = sense === '≤' ? value <= bound : value >= bound
    const measured = `${value.toFixed(value < 100 ? 2 : 0)}${unit}`
    const line = `  ${name.padEnd(60)}${measured.padStart(12)}${`${sense} ${bound}${unit}`.padStart(12)}`
    console.log(`${line}  ${isMet ? 'met' : 'missed'}`)
  }
}
