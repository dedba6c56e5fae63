/** Up to here a union of lists is cheaper than a table, which is sorted each time it is stored. */
const SMALL = 256
/** Beyond it, what is added is at least this part of the list. */
const SHARE_MIN = 1 / 8
/** A list so many times as large is searched, not walked. */
const SEARCH_FROM = 8

/** Different coupons in ascending order, as an envelope has them: ready to be poured, and stored again. */
export class CouponList {
  /** Shared by sketches that hold nothing yet: never changed. */
  static readonly empty = new CouponList(new Int32Array(0))
  size: number
  /** Unsigned coupons in signed words; room behind `size`. Replaced when the list grows. */
  values: Int32Array

  /** Takes the values over: they are different, and ascend as unsigned numbers. */
  constructor(values: Int32Array) {
    this.values = values
    this.size = values.length
  }

  get memoryBytes(): number {
    return this.values.byteLength
  }

  /** False when a table would take the other list's coupons at less cost. */
  suits(source: CouponList): boolean {
    return this.size <= SMALL || source.size >= this.size * SHARE_MIN
  }

  /** How many coupons of the other list are missing here. */
  missing(source: CouponList): number {
    const { values: ours, size } = this
    const { values: theirs, size: others } = source
    if (others * SEARCH_FROM < size) return this.missingOfFew(source)
    let shared = 0
    for (let i = 0, j = 0; i < size && j < others; ) {
      const left = ours[i]! >>> 0
      const right = theirs[j]! >>> 0
      if (left <= right) i++
      if (right <= left) j++
      if (left === right) shared++
    }
    return others - shared
  }

  private missingOfFew({ values: theirs, size: others }: CouponList): number {
    const { values: ours, size } = this
    let missing = 0
    let from = 0
    for (let j = 0; j < others; j++) {
      const wanted = theirs[j]! >>> 0
      let to = size
      while (from < to) {
        const middle = (from + to) >>> 1
        if (ours[middle]! >>> 0 < wanted) from = middle + 1
        else to = middle
      }
      if (from === size || ours[from]! >>> 0 !== wanted) missing++
    }
    return missing
  }

  /** This list with the other's coupons, of which `missing` aren't here. */
  union(source: CouponList, missing: number): CouponList {
    if (this === CouponList.empty) return new CouponList(source.values.slice(0, source.size))
    if (missing > 0) this.merge(source, missing)
    return this
  }

  /** Adds the other list's coupons from the back, into the room behind. */
  private merge(source: CouponList, missing: number): void {
    const { values: before } = this
    const { values: theirs } = source
    const size = this.size + missing
    const into = size > before.length ? new Int32Array(size * 2) : before
    let i = this.size - 1
    let to = size - 1
    for (let j = source.size - 1; j >= 0; to--) {
      const left = i < 0 ? 0 : before[i]!
      const right = theirs[j]!
      if (left >>> 0 > right >>> 0) {
        into[to] = left
        i--
      } else {
        into[to] = right
        j--
        if (left === right) i--
      }
    }
    if (into !== before) into.set(before.subarray(0, i + 1))
    this.values = into
    this.size = size
  }
}
