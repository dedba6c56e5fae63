import type { ByteReader } from '../core/bytes.ts'
import { limits } from '../core/limits.ts'
import { AdaptiveSketch } from './adaptive-sketch.ts'
import { couponOf } from './coupon.ts'
import {
  type EnvelopeHeader,
  KIND_EXACT,
  METHOD_FINGERPRINTS,
  sealEnvelope,
  startEnvelope
} from './envelope-layout.ts'
import { FingerprintSet, lowerWordOf } from './fingerprint-set.ts'
import { sortFingerprints } from './fingerprint-sort.ts'
import { CHUNK_ENTRIES_MAX, PartitionCounts } from './partition-counts.ts'
import { FINGERPRINT_BYTES_MAX, readFingerprints, writeFingerprints } from './payload.ts'
import {
  type Confidence,
  type Estimate,
  type HashColumns,
  SKETCH_OBJECT_BYTES,
  type Sketch
} from './sketch.ts'

const lowerAdded = new Int32Array(1)

/** One of the envelopes a large set is stored in: a complete exact sketch of a subset. */
export interface ExactChunk {
  /** 0 … count − 1, from the fingerprint. */
  readonly index: number
  readonly bytes: Uint8Array
}

/**
 * The set of 64-bit fingerprints: bounds are the value itself. Its precision is the one it would have
 * as an adaptive sketch. It grows without a bound of its own: `settle` turns a too large one.
 */
export class ExactSketch implements Sketch {
  readonly kind = 'exact'
  precision: number
  private readonly precisionAsked: number
  private set: FingerprintSet
  /** Only from the first entry that doesn't fit in one chunk. */
  private partitions: PartitionCounts | undefined
  private changed = false
  /** Chunk bits when it was stored; −1 when nothing is. */
  private storedBits = -1

  constructor(precision: number, expected = 0) {
    this.precision = precision
    this.precisionAsked = precision
    this.set = new FingerprintSet(expected)
  }

  get entries(): number {
    return this.set.size
  }

  get memoryBytes(): number {
    return SKETCH_OBJECT_BYTES + this.set.memoryBytes + (this.partitions?.memoryBytes ?? 0)
  }

  add(h1lo: number, h1hi: number, h2lo: number, h2hi: number): void {
    this.addFingerprint(couponOf(h1lo, h2lo, h2hi), lowerWordOf(h1lo, h1hi))
  }

  addColumns(columns: HashColumns, from: number, to: number): void {
    this.set.addColumns(columns, from, to, this.note)
  }

  /** Union with another one; the lower precision of the two stays. */
  merge(source: ExactSketch): void {
    if (source.precision < this.precision) {
      this.precision = source.precision
      // Each stored chunk names the precision.
      this.storedBits = -1
    }
    const { places } = source.set
    for (let at = 0; at < places.length; at += 2) {
      if (places[at] !== 0) this.addFingerprint(places[at]!, places[at + 1]!)
    }
  }

  estimate(confidence: Confidence): Estimate {
    const value = this.set.size
    const { precision } = this
    return { value, low: value, high: value, confidence, method: 'exact', precision }
  }

  /** The adaptive sketch of the same keys. */
  toAdaptive(precision: number = this.precision): AdaptiveSketch {
    const result = new AdaptiveSketch(precision)
    const { places } = this.set
    for (let at = 0; at < places.length; at += 2) {
      if (places[at] !== 0) result.addCoupon(places[at]!)
    }
    return result
  }

  /** True when it must turn adaptive: too many entries, or (chosen keys) too many in one chunk. */
  get isTooLarge(): boolean {
    return this.set.size > limits.exactEntriesMax || this.bits() === undefined
  }

  serialize(): Uint8Array {
    const everything = new Uint8Array([1])
    return this.collect(0, everything)[0]!.bytes
  }

  /**
   * How many chunks it is stored in: 2^k, and k only grows.
   * A set that `isTooLarge` has none to speak of: settle it first.
   */
  get chunkCount(): number {
    return 2 ** (this.bits() ?? 0)
  }

  /**
   * All chunks, or those that differ from what was stored, or those and chunk 0 (beside which an
   * owner may keep more than the set); by index. Envelopes ≤ exactChunkBytesMax.
   */
  chunks(which: 'all' | 'changed' | 'changed and first'): ExactChunk[] {
    const bits = this.bits() ?? 0
    const partly = which !== 'all' && bits === this.storedBits
    if (!partly) return this.collect(bits, new Uint8Array(2 ** bits).fill(1))
    const wanted = this.partitions?.changedChunks(bits) ?? new Uint8Array([Number(this.changed)])
    if (which === 'changed and first') wanted[0] = 1
    return this.collect(bits, wanted)
  }

  /** Says that what it holds now is stored: `chunks('changed')` starts from here. */
  markStored(): void {
    this.storedBits = this.bits() ?? 0
    this.changed = false
    this.partitions?.markStored()
  }

  clear(): void {
    this.precision = this.precisionAsked
    this.set.clear()
    this.partitions = undefined
    this.changed = false
    this.storedBits = -1
  }

  /** @throws format-damaged */
  static read(header: EnvelopeHeader, payload: ByteReader): ExactSketch {
    const { method, precision, count } = header
    if (method !== METHOD_FINGERPRINTS) throw payload.damaged(`its method is ${method}`)
    // Never more room than the bytes can fill; `readFingerprints` refuses the rest.
    const sketch = new ExactSketch(precision, Math.min(count, payload.remaining / 5))
    readFingerprints(payload, count, (coupon, lower) => sketch.addFingerprint(coupon, lower))
    payload.finish()
    return sketch
  }

  private addFingerprint(coupon: number, lower: number): void {
    if (!this.set.add(coupon, lower)) return
    lowerAdded[0] = lower
    this.note(lowerAdded, 1)
  }

  /** Takes note of the lower words of new fingerprints, which are in the set. */
  private readonly note = (lowers: Int32Array, count: number): void => {
    this.changed = true
    const { partitions } = this
    if (partitions) {
      for (let i = 0; i < count; i++) partitions.add(lowers[i]!)
    } else if (this.set.size > CHUNK_ENTRIES_MAX) {
      this.countPartitions()
    }
  }

  private countPartitions(): void {
    const partitions = new PartitionCounts()
    const { places } = this.set
    for (let at = 0; at < places.length; at += 2) {
      if (places[at] !== 0) partitions.add(places[at + 1]!)
    }
    this.partitions = partitions
  }

  private bits(): number | undefined {
    return this.partitions ? this.partitions.chunkBits() : 0
  }

  /** The wanted chunks out of 2^bits: one walk over the set, then each is sorted by itself. */
  private collect(bits: number, wanted: Uint8Array): ExactChunk[] {
    const counts = this.partitions?.chunkCounts(bits) ?? new Uint32Array([this.set.size])
    const next = new Uint32Array(counts.length)
    let total = 0
    for (let chunk = 0; chunk < counts.length; chunk++) {
      next[chunk] = total
      if (wanted[chunk] === 1) total += counts[chunk]!
    }
    const coupons = new Uint32Array(total)
    const lowers = new Uint32Array(total)
    const { places } = this.set
    for (let at = 0; at < places.length; at += 2) {
      const chunk = places[at + 1]! & (counts.length - 1)
      if (places[at] === 0 || wanted[chunk] !== 1) continue
      const to = next[chunk]!++
      coupons[to] = places[at]!
      lowers[to] = places[at + 1]!
    }
    const chunks: ExactChunk[] = []
    for (let index = 0; index < counts.length; index++) {
      if (wanted[index] !== 1) continue
      const end = next[index]!
      const start = end - counts[index]!
      const bytes = this.envelope(coupons.subarray(start, end), lowers.subarray(start, end))
      chunks.push({ index, bytes })
    }
    return chunks
  }

  private envelope(coupons: Uint32Array, lowers: Uint32Array): Uint8Array {
    sortFingerprints(coupons, lowers)
    const { precision } = this
    const count = coupons.length
    const header = { kind: KIND_EXACT, method: METHOD_FINGERPRINTS, precision, count }
    const writer = startEnvelope(header, count * FINGERPRINT_BYTES_MAX)
    writeFingerprints(writer, coupons, lowers)
    return sealEnvelope(writer)
  }
}
