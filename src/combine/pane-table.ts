import { utf8 } from '../core/bytes.ts'
import { murmur2 } from '../core/murmur2.ts'
import { createSketch } from '../sketch/create.ts'
import type { Sketch, SketchKind } from '../sketch/sketch.ts'

/** What one flush gathers for a (finest pane, group, mask). */
export interface Pane {
  /** In ms. */
  readonly start: number
  readonly group: string
  readonly mask: number
  readonly sketch: Sketch
  /** The exact shadow set of a sampled pane. */
  readonly audit: Sketch | undefined
  frames: number
  late: number
}

export interface PaneOptions {
  readonly sketch: SketchKind
  readonly precision: number
  /** Mask of a frame that counts for every asked size. */
  readonly fullMask: number
  /** Share of the panes that are counted exactly beside their sketch, 0 … 1. */
  readonly audit: number
}

/** How long a pane is, ms. */
export const PANE_MS = 60_000

/**
 * The panes of one flush. Frames meet it by minute and group id; both are small integers, so that the
 * usual lookup is two hits in integer maps and allocates nothing.
 */
export class PaneTable {
  private readonly options: PaneOptions
  private byMinute = new Map<number, Map<number, Pane>>()
  readonly groupText: (id: number) => string
  /** Panes of frames that are too late for some sizes: few, found by text. */
  private partial = new Map<string, Pane>()
  private panes: Pane[] = []
  /** Keys in a pane of the last flush, on average: sketches that grow in steps are made to measure. */
  private expected = 0
  /** What is left of the keys of the last flush: all panes together get no more room than that. */
  private room = 0
  // The minute of the last frame: most frames fall into it too.
  private minute = Number.NaN
  private groups = new Map<number, Pane>()

  constructor(options: PaneOptions, groupText: (id: number) => string) {
    this.options = options
    this.groupText = groupText
  }

  get size(): number {
    return this.panes.length
  }

  /** Bytes held by the sketches. Looks at every pane: not for every frame. */
  get memoryBytes(): number {
    let bytes = 0
    for (const { sketch, audit } of this.panes) {
      bytes += sketch.memoryBytes + (audit?.memoryBytes ?? 0)
    }
    return bytes
  }

  /** The pane of a frame that counts for every size. */
  at(time: number, groupId: number): Pane {
    const minute = Math.floor(time / PANE_MS)
    if (minute !== this.minute) this.turnTo(minute)
    const { groups } = this
    let pane = groups.get(groupId)
    if (pane === undefined) {
      pane = this.create(minute * PANE_MS, this.groupText(groupId), this.options.fullMask)
      groups.set(groupId, pane)
    }
    return pane
  }

  /** The pane of a frame by the text of its group, for any mask. */
  of(time: number, group: string, mask: number): Pane {
    const start = Math.floor(time / PANE_MS) * PANE_MS
    const key = `${start}|${mask}|${group}`
    let pane = this.partial.get(key)
    if (pane === undefined) {
      pane = this.create(start, group, mask)
      this.partial.set(key, pane)
    }
    return pane
  }

  /** Hands the panes over and begins anew. */
  drain(): readonly Pane[] {
    const { panes } = this
    this.room = keysIn(panes)
    this.expected = panes.length === 0 ? 0 : Math.ceil(this.room / panes.length)
    this.panes = []
    this.byMinute = new Map()
    this.partial = new Map()
    this.minute = Number.NaN
    return panes
  }

  private turnTo(minute: number): void {
    let groups = this.byMinute.get(minute)
    if (groups === undefined) {
      groups = new Map()
      this.byMinute.set(minute, groups)
    }
    this.minute = minute
    this.groups = groups
  }

  private create(start: number, group: string, mask: number): Pane {
    const { sketch: kind, precision, audit } = this.options
    const audited = audit > 0 && isAudited(start, group, audit)
    const expected = Math.min(this.expected, this.room)
    this.room -= expected
    const pane: Pane = {
      start,
      group,
      mask,
      sketch: createSketch(kind, precision, expected),
      audit: audited ? createSketch('exact', precision) : undefined,
      frames: 0,
      late: 0
    }
    this.panes.push(pane)
    return pane
  }
}

/** As many as there are frames where the sketch does not know. */
function keysIn(panes: readonly Pane[]): number {
  let keys = 0
  for (const { sketch, frames } of panes) keys += sketch.entries < 0 ? frames : sketch.entries
  return keys
}

/** Chosen by the pane's name, so that every partition audits the same ones. */
function isAudited(start: number, group: string, share: number): boolean {
  const hash = murmur2(utf8(`${start / PANE_MS}|${group}`)) >>> 0
  return hash < share * 2 ** 32
}
