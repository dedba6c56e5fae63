import { ENVELOPE_OVERHEAD } from '../../sketch/envelope-layout.ts'
import {
  createSketch,
  type HashColumns,
  LinearCounting,
  type SketchKind
} from '../../sketch/index.ts'

/** One way to count, over hashes. */
export interface Contender {
  readonly name: string
  readonly kind: SketchKind
  /** Binary logarithm of its registers or entries; absent where it is no power of two. */
  readonly precision?: number
  addColumns(columns: HashColumns, from: number, to: number): void
  count(): number
  /** Bytes of its state when stored, the 16 around it left out. */
  storedBytes(): number
  /** Bytes it holds in memory, by its own account. */
  memoryBytes(): number
  clear(): void
}

/** The bits of the original table: 3,384 bytes. */
const LINEAR_BITS = 3_384 * 8

/** The algorithms of the table, with the sizes of the original where sizes can be chosen. */
export function contenders(): readonly Contender[] {
  return [
    fromSketch('exact set of fingerprints', 'exact', 14),
    linear(LINEAR_BITS),
    fromSketch('HyperLogLog, 4,096 registers', 'hll', 12),
    fromSketch('UltraLogLog, 512 registers', 'ull', 9),
    fromSketch('theta, 4,096 entries', 'theta', 12)
  ]
}

function fromSketch(name: string, kind: SketchKind, precision: number): Contender {
  const sketch = createSketch(kind, precision)
  return {
    name,
    kind,
    precision,
    addColumns: (columns, from, to) => sketch.addColumns(columns, from, to),
    count: () => sketch.estimate(0.95).value,
    storedBytes: () => sketch.serialize().length - ENVELOPE_OVERHEAD,
    memoryBytes: () => sketch.memoryBytes,
    clear: () => sketch.clear()
  }
}

function linear(bits: number): Contender {
  const bitmap = new LinearCounting(bits)
  return {
    name: `linear counting, ${bits.toLocaleString('en-US')} bits`,
    kind: 'linear',
    addColumns: (columns, from, to) => bitmap.addColumns(columns, from, to),
    count: () => bitmap.estimate(0.95).value,
    storedBytes: () => bitmap.bytes.length,
    memoryBytes: () => bitmap.bytes.length,
    clear: () => bitmap.clear()
  }
}
