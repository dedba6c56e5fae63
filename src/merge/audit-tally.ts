import type { Estimate } from '../sketch/sketch.ts'

/** Estimates of audited panes against their exact shadow sets. */
export class AuditTally {
  panes = 0
  /** Panes with the truth between low and high. */
  within = 0
  /** Greatest relative error: 0.01 is 1 %. */
  worstError = 0

  take(estimate: Estimate, exact: number): void {
    this.panes++
    if (estimate.low <= exact && exact <= estimate.high) this.within++
    if (exact > 0) {
      this.worstError = Math.max(this.worstError, Math.abs(estimate.value - exact) / exact)
    }
  }
}
