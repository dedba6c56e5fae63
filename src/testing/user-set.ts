/** Beyond one user in so many a bit for every user is smaller than the list of those seen. */
const DENSE = 256

/** An exact set of user numbers: a list at first, then a bit for each user there can be. */
export class UserSet {
  size = 0
  private readonly users: number
  private few: Set<number> | undefined = new Set()
  private bits: Uint32Array | undefined

  constructor(users: number) {
    this.users = users
  }

  add(user: number): void {
    if (this.few) {
      this.few.add(user)
      this.size = this.few.size
      if (this.size > this.users / DENSE) this.becomeDense(this.few)
      return
    }
    const bits = this.bits!
    const word = Math.floor(user / 32)
    const bit = 1 << (user % 32)
    if ((bits[word]! & bit) !== 0) return
    bits[word]! |= bit
    this.size++
  }

  private becomeDense(few: Set<number>): void {
    this.few = undefined
    this.bits = new Uint32Array(Math.ceil(this.users / 32))
    this.size = 0
    for (const user of few) this.add(user)
  }
}
