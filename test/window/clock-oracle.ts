/**
 * The clock's rule as its specification says it (docs/specs/clock.md), one step after the other, over
 * plain arrays. Slow and obvious: the twin that the fast clock is compared with.
 */
export type OracleVerdict = 'believed' | 'late' | 'suspended' | 'refused'

export interface Decision {
  readonly offset: number
  readonly believed: boolean
}

interface Neighbour {
  readonly c: number
  readonly key: number
  /** Number of the frame, counting those that were not refused. */
  readonly frame: number
}

interface Suspended {
  readonly offset: number
  readonly c: number
  passed: number
  agreed: number
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

export class ClockOracle {
  /** C; undefined while it is nothing. */
  newest: number | undefined
  decisions: Decision[] = []
  suspended: Suspended[] = []
  private ring: Neighbour[] = []
  private far: boolean[] = []
  private frames = 0
  private readonly waitMs: number
  private readonly jump: number
  private readonly ahead: number

  constructor(waitMs: number, jump = HOUR, ahead = HOUR) {
    this.waitMs = waitMs
    this.jump = jump
    this.ahead = ahead
  }

  observe(t: number, r: number, logAppend: boolean, key: number, offset: number): OracleVerdict {
    this.decisions = []
    const given = r >= 0
    // 1
    if ((given && t > r + this.ahead) || Math.abs(t) > 2 ** 47) return 'refused'
    const c = given ? Math.min(t, r) : t
    const before = this.newest
    const isFar = before !== undefined && c > before + this.jump
    // 2
    this.enter({ c, key, frame: ++this.frames })
    this.far = [isFar, ...this.far].slice(0, 64)
    // 3
    const vouched = given && r - c <= this.jump
    // 4
    const near = before !== undefined && c <= before + this.jump
    const isLate = before !== undefined && t < before - this.waitMs
    let verdict: OracleVerdict = 'suspended'
    if (vouched || near) verdict = isLate ? 'late' : 'believed'
    // 5
    this.move(c, vouched, logAppend || near)
    // 6
    for (const other of this.suspended) {
      other.passed++
      if (c >= other.c - this.jump) other.agreed++
    }
    if (verdict === 'suspended') this.suspended.push({ offset, c, passed: 0, agreed: 0 })
    this.decide(other => (this.reached(other.c) ? true : other.passed >= 64 ? false : undefined))
    if (verdict === 'suspended' && this.decisions.some(decision => decision.offset === offset)) {
      verdict = 'believed'
      this.decisions = this.decisions.filter(decision => decision.offset !== offset)
    }
    return verdict
  }

  /** 7 */
  end(): void {
    this.decisions = []
    this.decide(({ passed, agreed }) => agreed >= passed / 2)
  }

  private enter(neighbour: Neighbour): void {
    const same = this.ring.filter(({ key }) => key === neighbour.key)
    if (same.length === 4) this.ring.splice(this.ring.indexOf(same[0]!), 1)
    else if (this.ring.length === 16) this.ring.shift()
    this.ring.push(neighbour)
    this.ring = this.ring.filter(({ frame }) => this.frames - frame < 1_024)
  }

  /** The times of the entries of the last `k` frames, newest first. */
  private times(k: number): number[] {
    return this.ring
      .filter(({ frame }) => this.frames - frame < k)
      .map(({ c }) => c)
      .sort((a, b) => b - a)
  }

  private move(c: number, vouched: boolean, followAtOnce: boolean): void {
    const all = this.times(1_024)
    const n = all.length
    const middle = all[Math.floor(n / 2)]!
    if (vouched && followAtOnce) {
      this.newest = this.newest === undefined ? c : Math.max(this.newest, c)
    } else if (this.newest === undefined) {
      if (n >= 8 || this.frames >= 64 || (vouched && n >= 3)) this.newest = middle
    } else if (c > this.newest) {
      const recent = this.times(48)
      const m = recent[Math.floor(recent.length / 2)]!
      if (m <= this.newest + Math.max(DAY, this.jump)) {
        if (recent.length >= 3) this.newest = Math.max(this.newest, m)
      } else if (n >= 3 && middle > this.newest) {
        const needed = n < 8 ? 44 : 24
        if (vouched || this.far.filter(isFar => isFar).length >= needed) {
          this.newest = middle
          this.far = []
        }
      }
    }
  }

  private reached(c: number): boolean {
    return this.newest !== undefined && c <= this.newest + this.jump
  }

  /** Takes the suspended frames out that the rule decides. */
  private decide(rule: (frame: Suspended) => boolean | undefined): void {
    const kept: Suspended[] = []
    for (const frame of this.suspended) {
      const believed = rule(frame)
      if (believed === undefined) kept.push(frame)
      else this.decisions.push({ offset: frame.offset, believed })
    }
    this.suspended = kept
  }
}
