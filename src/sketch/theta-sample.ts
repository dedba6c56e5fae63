import { sortFingerprints } from './fingerprint-sort.ts'

/*
 * An entry of a theta sketch (Apache DataSketches): the upper 63 bits of h1, in two unsigned words.
 *
 *      62                          32 31                           0
 *     ┌──────────────────────────────┬──────────────────────────────┐
 *     │             high             │             low              │     entry = h1 >>> 1
 *     └──────────────────────────────┴──────────────────────────────┘
 *
 * Entries are spread evenly over 1 … 2^63 − 2: those below a threshold theta are a sample of all keys,
 * each taken with probability theta / 2^63. 0 stands for no entry.
 */

/** The threshold that takes all: DataSketches' 1.0, the largest 63-bit number. */
export const THETA_MAX_HIGH = 0x7fff_ffff
export const THETA_MAX_LOW = 0xffff_ffff

/** Into so many ranges, as a power of two, entries are told apart before they are sorted. */
const RANGE_BITS = 12

/** A threshold and all entries of a set below it, strictly ascending; all words are unsigned. */
export interface ThetaSample {
  readonly thetaHigh: number
  readonly thetaLow: number
  readonly highs: Uint32Array
  readonly lows: Uint32Array
}

/** True when the first number is the smaller one; all four words are unsigned. */
export function isBelow(high: number, low: number, otherHigh: number, otherLow: number): boolean {
  return high < otherHigh || (high === otherHigh && low < otherLow)
}

/** True when the sample holds less than the whole set. */
export function isEstimating({ thetaHigh, thetaLow }: ThetaSample): boolean {
  return thetaHigh !== THETA_MAX_HIGH || thetaLow !== THETA_MAX_LOW
}

/** Sorts unordered columns in place and makes a sample of them. */
export function sampleOf(
  thetaHigh: number,
  thetaLow: number,
  highs: Uint32Array,
  lows: Uint32Array
): ThetaSample {
  sortFingerprints(highs, lows)
  return { thetaHigh, thetaLow, highs, lows }
}

/** What is below a threshold that is not above the sample's own. */
export function lowered(sample: ThetaSample, thetaHigh: number, thetaLow: number): ThetaSample {
  const { highs, lows } = sample
  let from = 0
  let to = highs.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if (isBelow(highs[middle]!, lows[middle]!, thetaHigh, thetaLow)) from = middle + 1
    else to = middle
  }
  return { thetaHigh, thetaLow, highs: highs.subarray(0, from), lows: lows.subarray(0, from) }
}

/**
 * The entry that has `rank` smaller ones, among different entries in no order whose upper words are at most
 * `highMax`. They are counted by ranges, and only those in its range are sorted.
 */
export function entryOfRank(
  highs: Uint32Array,
  lows: Uint32Array,
  rank: number,
  highMax: number
): { readonly high: number; readonly low: number } {
  const shift = Math.max(0, 32 - Math.clz32(highMax) - RANGE_BITS)
  const counts = new Uint32Array((highMax >>> shift) + 1)
  for (let i = 0; i < highs.length; i++) counts[highs[i]! >>> shift]!++
  let range = 0
  let smaller = 0
  while (smaller + counts[range]! <= rank) smaller += counts[range++]!
  const rangeHighs = new Uint32Array(counts[range]!)
  const rangeLows = new Uint32Array(counts[range]!)
  for (let i = 0, to = 0; i < highs.length; i++) {
    if (highs[i]! >>> shift !== range) continue
    rangeHighs[to] = highs[i]!
    rangeLows[to++] = lows[i]!
  }
  sortFingerprints(rangeHighs, rangeLows)
  return { high: rangeHighs[rank - smaller]!, low: rangeLows[rank - smaller]! }
}

/** The `count` smallest entries: the threshold becomes the first one that doesn't stay. */
export function trimmed(sample: ThetaSample, count: number): ThetaSample {
  const { highs, lows } = sample
  if (highs.length <= count) return sample
  return lowered(sample, highs[count]!, lows[count]!)
}
