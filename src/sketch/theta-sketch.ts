import type { ByteReader } from '../core/bytes.ts'
import {
  type EnvelopeHeader,
  KIND_THETA,
  METHOD_SAMPLE,
  sealEnvelope,
  startEnvelope
} from './envelope-layout.ts'
import { roundedEstimate } from './estimate-rounding.ts'
import {
  type Confidence,
  type Estimate,
  type HashColumns,
  SKETCH_OBJECT_BYTES,
  type Sketch
} from './sketch.ts'
import { binomialBounds } from './theta-bounds.ts'
import { deltaWidth, packDeltas, readDeltas } from './theta-deltas.ts'
import {
  entryOfRank,
  isBelow,
  sampleOf,
  THETA_MAX_HIGH,
  THETA_MAX_LOW,
  type ThetaSample,
  trimmed
} from './theta-sample.ts'
import { ThetaTable } from './theta-table.ts'
import { WasmColumns } from './wasm-columns.ts'

/**
 * Theta sketch (A. Dasgupta, K. Lang, L. Rhodes, J. Thaler, "A framework for estimating stream
 * expression cardinalities", 2016): the k = 2^precision smallest entries, from which unions,
 * intersections and differences are sketches again. Exact up to k keys.
 *
 * Canonical: with more than k entries theta is the (k + 1)-th smallest and the k below it stay. Apache
 * DataSketches' update sketch has the same state after `rebuild`, and up to 15/8 k entries before.
 */
export class ThetaSketch implements Sketch {
  readonly kind = 'theta'
  precision: number
  private readonly precisionAsked: number
  private thetaHigh = THETA_MAX_HIGH
  private thetaLow = THETA_MAX_LOW
  /** Only entries below theta; more than k of them until somebody asks, at most 3/2 k. */
  private readonly table = new ThetaTable()

  constructor(precision: number) {
    this.precision = precision
    this.precisionAsked = precision
  }

  /** A sketch of 2^precision entries with what a sample holds. */
  static of(precision: number, sample: ThetaSample): ThetaSketch {
    const sketch = new ThetaSketch(precision)
    sketch.hold(trimmed(sample, sketch.entriesMax))
    return sketch
  }

  get entries(): number {
    const isWhole = this.thetaHigh === THETA_MAX_HIGH && this.thetaLow === THETA_MAX_LOW
    return isWhole && this.table.size <= this.entriesMax ? this.table.size : -1
  }

  get memoryBytes(): number {
    return SKETCH_OBJECT_BYTES + this.table.memoryBytes
  }

  add(h1lo: number, h1hi: number, _h2lo: number, _h2hi: number): void {
    this.addHash(h1lo, h1hi)
  }

  addColumns(columns: HashColumns, from: number, to: number): void {
    // Most keys of a large set are not below theta: where there is a kernel, it passes over them.
    if (columns instanceof WasmColumns) {
      const { h1lo, h1hi, listed } = columns
      const count = columns.listBelow(this.thetaHigh, from, to)
      for (let i = 0; i < count; i++) this.addHash(h1lo[listed[i]!]!, h1hi[listed[i]!]!)
    } else {
      const { h1lo, h1hi } = columns
      for (let i = from; i < to; i++) {
        if (h1hi[i]! >>> 1 <= this.thetaHigh) this.addHash(h1lo[i]!, h1hi[i]!)
      }
    }
  }

  /** Union with another one; the lower precision of the two stays. */
  merge(source: ThetaSketch): void {
    if (source === this) return
    source.settle()
    this.precision = Math.min(this.precision, source.precision)
    const { thetaHigh, thetaLow } = source
    if (isBelow(thetaHigh, thetaLow, this.thetaHigh, this.thetaLow)) {
      this.thetaHigh = thetaHigh
      this.thetaLow = thetaLow
      this.table.lower(thetaHigh, thetaLow)
    }
    const { places } = source.table
    for (let at = 0; at < places.length; at += 2) {
      // A free place is an entry of 0, which is none.
      this.addEntry(places[at]!, places[at + 1]! >>> 0)
    }
  }

  /** What it holds: at most 2^precision entries and their threshold. */
  sample(): ThetaSample {
    this.settle()
    const { highs, lows } = this.table.columns()
    return sampleOf(this.thetaHigh, this.thetaLow, highs, lows)
  }

  estimate(confidence: Confidence): Estimate {
    this.settle()
    const origin = { method: 'theta', precision: this.precision, confidence } as const
    const count = this.table.size
    const fraction = (this.thetaHigh * 2 ** 32 + this.thetaLow) / 2 ** 63
    const bounds = binomialBounds(count, fraction, confidence)
    return roundedEstimate(origin, count / fraction, bounds, count)
  }

  /** The payload: theta as two words, low first; the width; the packed differences. */
  serialize(): Uint8Array {
    const sample = this.sample()
    const count = sample.highs.length
    const width = deltaWidth(sample)
    const packed = packDeltas(sample, width)
    const header = { kind: KIND_THETA, method: METHOD_SAMPLE, precision: this.precision, count }
    const writer = startEnvelope(header, packed.length + 9)
    writer.u32(sample.thetaLow).u32(sample.thetaHigh).u8(width).raw(packed)
    return sealEnvelope(writer)
  }

  /** @throws format-damaged */
  static read(header: EnvelopeHeader, payload: ByteReader): ThetaSketch {
    const { method, precision, count } = header
    if (method !== METHOD_SAMPLE) throw payload.damaged(`its method is ${method}`)
    if (count > 2 ** precision) throw payload.damaged(`it holds ${count} entries`)
    const thetaLow = payload.u32()
    const thetaHigh = payload.u32()
    if (thetaHigh > THETA_MAX_HIGH || (thetaHigh | thetaLow) === 0) {
      throw payload.damaged('its theta is out of range')
    }
    const sample = readDeltas(payload, count, payload.u8(), thetaHigh, thetaLow)
    payload.finish()
    return ThetaSketch.of(precision, sample)
  }

  clear(): void {
    this.precision = this.precisionAsked
    this.thetaHigh = THETA_MAX_HIGH
    this.thetaLow = THETA_MAX_LOW
    this.table.clear()
  }

  private get entriesMax(): number {
    return 1 << this.precision
  }

  private addHash(h1lo: number, h1hi: number): void {
    this.addEntry(h1hi >>> 1, ((h1hi << 31) | (h1lo >>> 1)) >>> 0)
  }

  private addEntry(high: number, low: number): void {
    if (!isBelow(high, low, this.thetaHigh, this.thetaLow) || (high | low) === 0) return
    this.table.add(high, low | 0)
    // Three quarters of a table of 2k places: one more would double it.
    if (this.table.size * 2 >= this.entriesMax * 3) this.settle()
  }

  /** Drops what is beyond 2^precision entries. */
  private settle(): void {
    const { table, entriesMax } = this
    if (table.size <= entriesMax) return
    const { highs, lows } = table.columns()
    const { high, low } = entryOfRank(highs, lows, entriesMax, this.thetaHigh)
    this.thetaHigh = high
    this.thetaLow = low
    table.lower(high, low)
  }

  private hold({ thetaHigh, thetaLow, highs, lows }: ThetaSample): void {
    this.thetaHigh = thetaHigh
    this.thetaLow = thetaLow
    this.table.replace(highs, lows)
  }
}
