import { countSettings } from '../../src/runtime/count.ts'
import { ClockOracle } from '../window/clock-oracle.ts'
import { groupTexts, type SimFrame, type World } from './event-time-world.ts'

export interface TrueWindow {
  readonly users: Set<number>
  frames: number
  late: number
}

/** What a run must end with. */
export interface Truth {
  /** By `<size>|<start in ms>|<group>`. */
  readonly windows: ReadonlyMap<string, TrueWindow>
  /** Frames by what became of them. */
  readonly fates: Readonly<Record<string, number>>
  /** `<partition>/<offset> <reason>` of every reject, sorted. */
  readonly rejects: readonly string[]
}

/** A Map of Sets over the frames that the written rule of the clock believes. */
export function trueWindows(world: World): Truth {
  const { plan, waitMs, total, fields } = countSettings(world.options)
  const windows = new Map<string, TrueWindow>()
  const fates: Record<string, number> = {}
  const rejects: string[] = []
  const tally = (fate: string): void => {
    fates[fate] = (fates[fate] ?? 0) + 1
  }
  const count = (frame: SimFrame, watermark: number, late: boolean): boolean => {
    const groups = fields.by!.length > 0 ? [groupTexts[frame.group]!] : ['null']
    if (total) groups.push('null')
    let counted = false
    for (const level of plan.asked) {
      const { grid } = level
      const holding: number[] = []
      for (let at = grid.firstHolding(frame.time); at <= frame.time; at = grid.after(at)) {
        holding.push(at)
      }
      if (grid.endOf(holding.at(-1)!) <= watermark - level.keepMs) continue
      counted = true
      for (const start of holding) {
        for (const group of new Set(groups)) {
          const name = `${level.name}|${start}|${group}`
          const window = windows.get(name) ?? { users: new Set(), frames: 0, late: 0 }
          window.users.add(frame.user)
          window.frames++
          if (late) window.late++
          windows.set(name, window)
        }
      }
    }
    return counted
  }
  for (const [partition, frames] of world.partitions.entries()) {
    const clock = new ClockOracle(waitMs)
    const byOffset = new Map(frames.map(frame => [frame.offset, frame]))
    const refuse = (frame: SimFrame, reason: string): void => {
      tally(reason)
      rejects.push(`${partition}/${frame.offset} ${reason}`)
    }
    const settle = (): void => {
      for (const { offset, believed } of clock.decisions) {
        const frame = byOffset.get(offset)!
        if (frame.filtered) tally('filtered')
        else if (!believed) refuse(frame, 'bad-time')
        else {
          tally('counted')
          count(frame, Number.NEGATIVE_INFINITY, false)
        }
      }
    }
    for (const frame of frames) {
      if (Number.isNaN(frame.time)) {
        if (frame.filtered) tally('filtered')
        else refuse(frame, 'bad-json')
        continue
      }
      const watermark = (clock.newest ?? Number.NEGATIVE_INFINITY) - waitMs
      const trusted = world.options.trustRecordTime !== false
      const verdict = clock.observe(
        frame.time,
        trusted ? frame.recordTime : Number.NaN,
        trusted && world.logAppendTime,
        frame.user + 1,
        frame.offset
      )
      if (verdict === 'suspended') {
        // Decided later, or never.
      } else if (frame.filtered) tally('filtered')
      else if (verdict === 'refused') refuse(frame, 'bad-time')
      else if (count(frame, watermark, verdict === 'late')) tally('counted')
      else refuse(frame, 'too-late')
      settle()
    }
    if (world.bounded) {
      clock.end()
      settle()
    }
    for (const _ of clock.suspended) tally('suspended')
  }
  return { windows, fates, rejects: rejects.sort() }
}
