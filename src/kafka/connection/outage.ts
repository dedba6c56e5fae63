import { formatDuration } from '../../core/units.ts'

/** Trouble shorter than this is everyday life of a cluster: a leader moves, a topic is new. */
const QUIET_MS = 1_000
/** How often trouble that goes on is told again. */
const REPEAT_MS = 30_000

/** Turns failed attempts into the few lines that people want: it began, it goes on, it is over. */
export class Outage {
  private readonly failing = new Set<string>()
  private readonly onTrouble: (line: string) => void
  private readonly onRecovered: (ms: number) => void
  private since = 0
  private told = -1

  constructor(onTrouble: (line: string) => void, onRecovered: (ms: number) => void) {
    this.onTrouble = onTrouble
    this.onRecovered = onRecovered
  }

  /** An attempt failed; `who` tells apart what fails and recovers on its own. */
  failed(who: string, problem: string, now: number): void {
    if (this.failing.size === 0) {
      this.since = now
      this.told = -1
    }
    this.failing.add(who)
    const lasted = now - this.since
    if (lasted < QUIET_MS || (this.told >= 0 && now - this.told < REPEAT_MS)) return
    this.told = now
    this.onTrouble(`${problem}; trying for ${formatDuration(lasted)}`)
  }

  /** It is not tried any more: what else fails says whether it is over. */
  dropped(who: string): void {
    if (this.failing.delete(who) && this.failing.size === 0) this.told = -1
  }

  /** It is over only when everything that failed has succeeded again. */
  succeeded(who: string, now: number): void {
    if (!this.failing.delete(who) || this.failing.size > 0 || this.told < 0) return
    this.told = -1
    this.onRecovered(now - this.since)
  }
}
