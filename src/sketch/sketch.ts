/**
 * How a sketch was asked for. `adaptive` is hll that keeps its coupons while they are few, and so does
 * `ull`; `hll` has registers, and `linear` a bitmap, from the first key. `theta` keeps the smallest
 * hashes, for set operations.
 */
export type SketchKind = 'exact' | 'adaptive' | 'hll' | 'ull' | 'linear' | 'theta'

/** How the number came about: an exact set, coupons (practically exact), registers, a bitmap, or a sample. */
export type EstimateMethod = 'exact' | 'coupons' | 'hll' | 'ull' | 'linear' | 'theta'

export type Confidence = 0.68 | 0.95 | 0.997

/** A number with its bounds: `low ≤ value ≤ high`, the truth inside with probability `confidence`. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
  readonly confidence: Confidence
  readonly method: EstimateMethod
  /** lgK: 2^precision registers stand (or would stand) behind the number. */
  readonly precision: number
}

/** What the objects of one sketch cost beside its tables, rounded up from measurement. */
export const SKETCH_OBJECT_BYTES = 512

/** Columns of 128-bit hashes in 32-bit halves; `Columns` of extract has this shape. */
export interface HashColumns {
  readonly h1lo: Uint32Array
  readonly h1hi: Uint32Array
  readonly h2lo: Uint32Array
  readonly h2hi: Uint32Array
}

/**
 * A mergeable summary of a set of hashes. `mergeSketches` unites two, `wrapSketch` reads the bytes.
 * The state is a function of the set alone, never of the order or history: the same content
 * serializes to the same bytes.
 */
export interface Sketch {
  readonly kind: SketchKind
  readonly precision: number
  /** Distinct entries held exactly (set entries or coupons); −1 with less than all of them. */
  readonly entries: number
  /** Bytes of memory held, objects included, for budgets. */
  readonly memoryBytes: number
  add(h1lo: number, h1hi: number, h2lo: number, h2hi: number): void
  addColumns(columns: HashColumns, from: number, to: number): void
  estimate(confidence: Confidence): Estimate
  /** One envelope with everything. */
  serialize(): Uint8Array
  /** Empties it and keeps its memory. */
  clear(): void
}
