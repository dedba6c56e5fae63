const CAPACITY_MIN = 8

/**
 * Different 64-bit ids in ascending order of signed numbers, as two columns of words. For some thousand
 * of them: an insertion moves what is larger.
 */
export class SortedIds {
  size = 0
  highs = new Int32Array(CAPACITY_MIN)
  lows = new Uint32Array(CAPACITY_MIN)

  get memoryBytes(): number {
    return this.highs.byteLength + this.lows.byteLength
  }

  /** Takes an id in, unless it is there. `false` when it would be one more than `sizeMax`. */
  add(low: number, high: number, sizeMax: number): boolean {
    const at = this.placeOf(low, high)
    if (at < this.size && this.lows[at] === low && this.highs[at] === high) return true
    if (this.size >= sizeMax) return false
    if (this.size === this.lows.length) this.grow()
    this.highs.copyWithin(at + 1, at, this.size)
    this.lows.copyWithin(at + 1, at, this.size)
    this.highs[at] = high
    this.lows[at] = low
    this.size++
    return true
  }

  clear(): void {
    this.size = 0
  }

  /** Where the first id is that isn't below. */
  private placeOf(low: number, high: number): number {
    let from = 0
    let to = this.size
    while (from < to) {
      const middle = (from + to) >>> 1
      const found = this.highs[middle]!
      if (found < high || (found === high && this.lows[middle]! < low)) from = middle + 1
      else to = middle
    }
    return from
  }

  private grow(): void {
    const { highs, lows } = this
    this.highs = new Int32Array(highs.length * 2)
    this.lows = new Uint32Array(lows.length * 2)
    this.highs.set(highs)
    this.lows.set(lows)
  }
}
