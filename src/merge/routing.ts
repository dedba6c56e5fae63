import type { Partial } from '../combine/partial.ts'
import { mergeSketches } from '../sketch/merge.ts'
import type { Level } from '../window/plan.ts'
import type { Contents } from './contents.ts'
import type { GroupRoster } from './group-roster.ts'
import type { Purge } from './purge.ts'
import type { Content, Window } from './window.ts'
import type { WindowTable } from './window-table.ts'

/**
 * Where a partial goes. In every window that its mask allows it must be exactly once, so walking from
 * the pane up, a window takes it
 *
 * - as its own when it is the pane, or closed: what is stored is whole;
 * - through its child when it is in progress and the child below took it;
 * - in its own part when it is in progress and no child took it: the mask leaves the child out, or the
 *   child is purged.
 */
export class Routing {
  /** Windows touched since the last commit. */
  readonly touched = new Set<Window>()
  private readonly table: WindowTable
  private readonly contents: Contents
  private readonly roster: GroupRoster
  private readonly purge: Purge
  /** By level: whether its windows took the partial at hand. */
  private readonly took: boolean[]

  constructor(table: WindowTable, contents: Contents, roster: GroupRoster, purge: Purge) {
    this.table = table
    this.contents = contents
    this.roster = roster
    this.purge = purge
    this.took = table.plan.levels.map(() => false)
  }

  /** Merges a partial into its pane and into every window above it. Takes its sketches over. */
  take(partial: Partial): void {
    const { sketch, frames, late, audit, mask } = partial
    const { levels } = this.table.plan
    const group = this.roster.admit(partial.group)
    if (sketch) {
      const delta = { sketch, frames, late }
      for (const level of levels) this.takeAt(level, partial, group, delta)
    }
    // Of what gathers in *other* only some groups bring a set: no truth to compare with.
    const { needed } = levels[0]!
    const inPane = (mask & needed) === needed
    if (audit && inPane && !this.roster.isOther(group)) this.audit(partial.start, group, audit)
  }

  private takeAt(level: Level, partial: Partial, group: string, delta: Content): void {
    const { start: at, mask } = partial
    const { grid, index, bit, needed } = level
    this.took[index] = false
    if ((mask & needed) !== needed) return
    const throughChild = level.child >= 0 && this.took[level.child]!
    for (let start = grid.firstHolding(at); start <= at; start = grid.after(start)) {
      if (this.purge.covers(level, start)) continue
      this.deliver(this.window(level, start, group), throughChild, delta)
      this.took[index] = true
    }
    if (bit >= 0 && !this.took[index]) this.purge.missed(level, delta.frames)
  }

  private deliver(window: Window, throughChild: boolean, delta: Content): void {
    if (window.isWhole) {
      if (window.content || window.cachedChunks > 0 || window.header.closed) {
        this.contents.add(window, delta)
      } else {
        this.contents.adopt(window, delta)
      }
      window.dirty = true
    } else if (!throughChild) {
      this.contents.addOwn(window, delta)
    } else if (window.content) {
      this.contents.add(window, delta)
    }
    window.changed = true
    this.touched.add(window)
  }

  private window(level: Level, start: number, group: string): Window {
    const found = this.table.find(level, start, group)
    if (found) return found
    this.roster.add(group)
    return this.table.create(level, start, group)
  }

  /** An audit ends with the closing of its pane: what comes later is not compared. */
  private audit(at: number, group: string, audit: NonNullable<Partial['audit']>): void {
    const window = this.table.findHeld(this.table.plan.levels[0]!, at, group)
    if (!window || window.header.closed) return
    window.audit = window.audit ? mergeSketches(window.audit, audit) : audit
    window.auditDirty = true
    this.touched.add(window)
  }
}
