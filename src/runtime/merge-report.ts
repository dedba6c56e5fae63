import type { Merger } from '../merge/merger.ts'
import type { Misfit } from '../merge/range-check.ts'
import type { RunReport } from './report.ts'

/** The named error of the range check: what came, where the source stands, and the cure. */
function misfitWarning({ partition, stands, from, to, fit }: Misfit): [kind: string, text: string] {
  const what = fit === 'gap' ? 'leave a gap behind' : 'repeat what lies before'
  const came = `flushes of partition ${partition} (offsets ${from} to ${to}) ${what} offset ${stands}`
  const cure = 'refused until one goes on there; headcount app resume sets the stored offset back'
  return [`misfit ${partition}`, `${came}: ${cure}`]
}

/** Sums up what the stage-2 tasks of this process hold and have seen. */
export function reportMergers(report: RunReport, mergers: readonly Merger[]): void {
  let watermark = Number.POSITIVE_INFINITY
  const sum = { misfits: 0, stateBytes: 0, openWindows: 0, cachedWindows: 0 }
  const groups = { groups: 0, groupsInOther: 0 }
  const audit = { windows: 0, within: 0, worstError: 0 }
  const purged = new Map<string, number>()
  for (const merger of mergers) {
    watermark = Math.min(watermark, merger.watermark.value)
    // Every task reads every mark: each has met the same misfits.
    sum.misfits = Math.max(sum.misfits, merger.ranges.misfits.length)
    for (const misfit of merger.ranges.misfits) report.warnings.add(...misfitWarning(misfit))
    const { stateBytes, openWindows, cachedWindows } = merger.holdings
    sum.stateBytes += stateBytes
    sum.openWindows += openWindows
    sum.cachedWindows += cachedWindows
    groups.groups += merger.roster.size
    groups.groupsInOther += merger.roster.overflow
    audit.windows += merger.audits.panes
    audit.within += merger.audits.within
    audit.worstError = Math.max(audit.worstError, merger.audits.worstError)
    for (const [size, frames] of merger.purge.missedFrames) {
      purged.set(size, (purged.get(size) ?? 0) + frames)
    }
    for (const size of merger.purge.early) {
      const text = `the state is full: windows of ${size} are purged before their time`
      report.warnings.add(`state-full ${size}`, text)
    }
  }
  Object.assign(report, { watermark, ...sum, ...groups })
  Object.assign(report.audit, audit)
  for (const [size, frames] of purged) report.purged.set(size, frames)
}
