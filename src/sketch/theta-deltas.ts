import type { ByteReader } from '../core/bytes.ts'
import { BitReader, BitWriter, packedBytes, widthOf } from './bit-packing.ts'
import { isBelow, type ThetaSample } from './theta-sample.ts'

/*
 * The entries of a sample as the differences between neighbours, each in as many bits as the largest
 * one takes (Apache DataSketches, theta serVer 4). The number before the first entry is 0.
 */

/** Bits of the largest difference: 1 … 63, or 0 without entries. */
export function deltaWidth(sample: ThetaSample): number {
  let width = 0
  eachDelta(sample, (high, low) => {
    width = Math.max(width, widthOf(high, low))
  })
  return width
}

/** The packed differences; `width` is that of `deltaWidth`. */
export function packDeltas(sample: ThetaSample, width: number): Uint8Array {
  const bytes = new Uint8Array(packedBytes(sample.highs.length, width))
  const writer = new BitWriter(bytes)
  eachDelta(sample, (high, low) => writer.number(high, low, width))
  writer.finish()
  return bytes
}

/**
 * Reads `count` packed entries below theta; room is made only for what the bytes can hold.
 * @throws format-damaged when they don't ascend, aren't below theta, or the width isn't the shortest
 */
export function readDeltas(
  reader: ByteReader,
  count: number,
  width: number,
  thetaHigh: number,
  thetaLow: number
): ThetaSample {
  const fits = width === 0 ? count === 0 : width <= 63
  if (!fits) throw reader.damaged(`its ${count} entries take ${width} bits each`)
  const bits = new BitReader(reader.raw(packedBytes(count, width)))
  const highs = new Uint32Array(count)
  const lows = new Uint32Array(count)
  let widest = 0
  let high = 0
  let low = 0
  for (let i = 0; i < count; i++) {
    bits.number(width)
    if ((bits.high | bits.low) === 0) throw reader.damaged('its entries do not ascend')
    widest = Math.max(widest, widthOf(bits.high, bits.low))
    low += bits.low
    high += bits.high + Number(low >= 2 ** 32)
    low = low >>> 0
    if (!isBelow(high, low, thetaHigh, thetaLow))
      throw reader.damaged('an entry is not below theta')
    highs[i] = high
    lows[i] = low
  }
  if (widest !== width) throw reader.damaged(`its entries take ${widest} bits, not ${width}`)
  if (!bits.isFilledWithZeros()) throw reader.damaged('its last byte is not filled with zeros')
  return { thetaHigh, thetaLow, highs, lows }
}

function eachDelta({ highs, lows }: ThetaSample, take: (high: number, low: number) => void): void {
  let highBefore = 0
  let lowBefore = 0
  for (let i = 0; i < highs.length; i++) {
    const high = highs[i]!
    const low = lows[i]!
    const borrow = Number(low < lowBefore)
    take(high - highBefore - borrow, (low - lowBefore) >>> 0)
    highBefore = high
    lowBefore = low
  }
}
