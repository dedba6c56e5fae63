import type { ByteReader } from '../core/bytes.ts'
import {
  type EnvelopeHeader,
  KIND_LINEAR,
  METHOD_BITS,
  sealEnvelope,
  startEnvelope
} from './envelope-layout.ts'
import { LinearCounting } from './linear-counting.ts'
import {
  type Confidence,
  type Estimate,
  type HashColumns,
  SKETCH_OBJECT_BYTES,
  type Sketch
} from './sketch.ts'

/** Linear counting over 2^precision bits, the least bytes for up to a few keys per bit. */
export class LinearSketch implements Sketch {
  readonly kind = 'linear'
  readonly entries = -1
  precision: number
  private readonly precisionAsked: number
  private bitmap: LinearCounting

  constructor(precision: number) {
    this.precision = precision
    this.precisionAsked = precision
    this.bitmap = new LinearCounting(2 ** precision)
  }

  get memoryBytes(): number {
    return SKETCH_OBJECT_BYTES + this.bitmap.bytes.byteLength
  }

  add(h1lo: number): void {
    this.bitmap.add(h1lo)
  }

  addColumns(columns: HashColumns, from: number, to: number): void {
    this.bitmap.addColumns(columns, from, to)
  }

  /** Union with another one; the lower precision of the two stays. */
  merge(source: LinearSketch): void {
    if (source.precision < this.precision) this.reduce(source.precision)
    this.bitmap.merge(source.bitmap)
  }

  estimate(confidence: Confidence): Estimate {
    return this.bitmap.estimate(confidence)
  }

  serialize(): Uint8Array {
    const { precision } = this
    const { bytes, count } = this.bitmap
    const header = { kind: KIND_LINEAR, method: METHOD_BITS, precision, count }
    return sealEnvelope(startEnvelope(header, bytes.length).raw(bytes))
  }

  /** @throws format-damaged */
  static read(header: EnvelopeHeader, payload: ByteReader): LinearSketch {
    const { method, precision, count } = header
    if (method !== METHOD_BITS) throw payload.damaged(`its method is ${method}`)
    const expected = 2 ** precision / 8
    if (payload.remaining !== expected) {
      throw payload.damaged(`its bits take ${payload.remaining} bytes, not ${expected}`)
    }
    const sketch = new LinearSketch(precision)
    sketch.bitmap.load(payload.raw(expected))
    if (sketch.bitmap.count !== count) throw payload.damaged(`it counts ${count} bits`)
    payload.finish()
    return sketch
  }

  clear(): void {
    if (this.precision === this.precisionAsked) this.bitmap.clear()
    else this.restart(this.precisionAsked)
  }

  private reduce(precision: number): void {
    const { bitmap } = this
    this.restart(precision)
    this.bitmap.merge(bitmap)
  }

  /** Empty bits of that precision. */
  private restart(precision: number): void {
    this.precision = precision
    this.bitmap = new LinearCounting(2 ** precision)
  }
}
