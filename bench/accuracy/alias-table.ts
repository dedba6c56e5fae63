import type { Random } from '../../src/core/random.ts'

const TWO_21 = 2 ** 21
const TWO_53 = 2 ** 53

/**
 * Draws 0 … n − 1 with given weights in constant time: the alias method of A. J. Walker (1977), built as
 * M. D. Vose did (1991). One number of 53 bits picks the column by its integer part and the side by what
 * is left of it.
 */
export class AliasTable {
  private readonly share: Float64Array
  private readonly other: Int32Array

  constructor(weights: Float64Array) {
    const size = weights.length
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    this.share = weights.map(weight => (weight / total) * size)
    this.other = new Int32Array(size)
    const small: number[] = []
    const large: number[] = []
    for (const [i, share] of this.share.entries()) (share < 1 ? small : large).push(i)
    while (small.length > 0 && large.length > 0) {
      const low = small.pop()!
      const high = large.at(-1)!
      this.other[low] = high
      this.share[high]! -= 1 - this.share[low]!
      if (this.share[high]! < 1) small.push(large.pop()!)
    }
    // What rounding left over is as good as full.
    for (const i of [...small, ...large]) this.share[i] = 1
  }

  draw(random: Random): number {
    const upper = random.uint32()
    const real = (upper * TWO_21 + (random.uint32() >>> 11)) / TWO_53
    const place = real * this.share.length
    const column = Math.floor(place)
    return place - column < this.share[column]! ? column : this.other[column]!
  }
}
