/**
 * Seeded random numbers: the same seed gives the same sequence on every machine and forever.
 * sfc32 (C. Doty-Humphrey, PractRand): 128 bits of state, passes BigCrush, a handful of 32-bit steps.
 */
export class Random {
  private a = 0
  private b = 0
  private c = 0
  private counter = 1

  constructor(seed: number) {
    // Two words of seed, so that 53-bit seeds differ; twelve rounds mix them through the state.
    this.a = seed >>> 0
    this.b = Math.floor(seed / 0x1_0000_0000) >>> 0
    this.c = 0x9e37_79b9
    for (let i = 0; i < 12; i++) this.uint32()
  }

  /** 0 … 2^32 − 1. */
  uint32(): number {
    const t = (this.a + this.b + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = ((this.c << 21) | (this.c >>> 11)) + t
    return t >>> 0
  }

  /** 0 ≤ x < 1. */
  real(): number {
    return this.uint32() / 0x1_0000_0000
  }

  /** 0 … bound − 1, for bound ≤ 2^32. */
  below(bound: number): number {
    return Math.floor(this.real() * bound)
  }
}
