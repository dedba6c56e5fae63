import { Accounting } from '../../src/combine/accounting.ts'
import type { MarkState } from '../../src/combine/mark.ts'
import type { Random } from '../../src/core/random.ts'
import { sourceKey } from '../../src/merge/range-check.ts'
import { Watermark } from '../../src/merge/watermark.ts'
import { Alignment, type Need } from '../../src/runtime/alignment.ts'
import { encodeHint, floorOf, HINTED_MAX } from '../../src/runtime/alignment-hint.ts'

export const TICK_MS = 100
export const SKEW_MS = 6 * 3_600_000
const FLUSH_MS = 1_000
const SOURCE = 's'
const SESSION_MS = 6_000
const DAY_MS = 86_400_000

/** An input partition: its clock moves by `pace` ms with each frame. */
interface Part {
  readonly frames: number
  readonly start: number
  readonly pace: number
  /** Frames until something is believed. */
  readonly clockless: number
  position: number
  /** What the newest flush says: where a new owner goes on. */
  flushed: number
  owner: Reader | undefined
  /** When somebody can have it again. */
  freeAt: number
}

interface Reader {
  readonly alignment: Alignment
  readonly speed: number
  heardAt: number
  flushedAt: number
  need: Need
  state: 'running' | 'paused' | 'dead'
  until: number
}

export interface ModelOptions {
  readonly random: Random
  /** Instances die and stand still. */
  readonly disturbed: boolean
  /** Instead of random ones: so many equal partitions of so many frames a minute apart, read by equal instances. */
  readonly even?: {
    readonly partitions: number
    readonly frames: number
    readonly speeds: readonly number[]
  }
}

/** Instances that read partitions aligned, over hints that are as old as flushes, commits and questions make them. */
export class AlignmentModel {
  readonly parts: Part[]
  readonly commitMs: number
  nowMs = 0
  private readonly random: Random
  private readonly disturbed: boolean
  private readonly readers: Reader[]
  private readonly watermark = new Watermark(0, [SOURCE])
  private readonly marks: { state: MarkState; clock: number; partition: number }[] = []
  private hint: string | undefined
  private committedAt = 0

  constructor({ random, disturbed, even }: ModelOptions) {
    this.random = random
    this.disturbed = disturbed
    const slow = 1 + random.below(50)
    this.parts = Array.from({ length: 1 + random.below(8) }, () => ({
      frames: random.below(20_000),
      start: random.below(3) === 0 ? random.below(90) * DAY_MS : 0,
      pace: [1_000, 60_000, 600_000][random.below(3)]!,
      clockless: random.below(8) === 0 ? random.below(20_000) : random.below(20),
      position: 0,
      flushed: 0,
      owner: undefined,
      freeAt: 0
    }))
    this.readers = Array.from({ length: 1 + random.below(4) }, () => this.reader(slow))
    this.commitMs = even ? 1_000 : [1_000, 1_000, 8_000][random.below(3)]!
    if (!even) return
    const { partitions, frames, speeds } = even
    const part = {
      frames,
      start: 0,
      pace: 60_000,
      clockless: 8,
      position: 0,
      flushed: 0,
      freeAt: 0
    }
    this.readers = speeds.map(speed => ({ ...this.reader(1), speed }))
    this.parts = Array.from({ length: partitions }, (_, slot) => ({
      ...part,
      owner: this.readers[slot % speeds.length]
    }))
  }

  clock({ position, clockless, start, pace }: Part): number {
    return position > clockless ? start + position * pace : Number.NEGATIVE_INFINITY
  }

  isReading({ position, frames }: Part): boolean {
    return position < frames
  }

  get isRead(): boolean {
    return this.parts.every(part => !this.isReading(part))
  }

  /** The least clock of what is still read: of all, or of what others than this one's owner have. */
  low(besides?: Part): number {
    const parts = this.parts.filter(part => this.isReading(part))
    const others = parts.filter(({ owner }) => !besides || owner !== besides.owner)
    return Math.min(...others.map(part => this.clock(part)))
  }

  /** Returns who has read something, and whether anybody stood still for another reason than alignment. */
  tick(): { moved: ReadonlySet<Part>; disturbed: boolean } {
    this.nowMs += TICK_MS
    if (this.disturbed && this.random.below(100) === 0) this.disturb()
    this.assign()
    const moved = new Set<Part>()
    for (const reader of this.readers) {
      if (reader.state === 'paused' && this.nowMs >= reader.until) reader.state = 'running'
      if (reader.state === 'running') for (const part of this.read(reader)) moved.add(part)
    }
    this.commit()
    const standing = this.readers.some(({ state }) => state === 'paused')
    return { moved, disturbed: standing || this.parts.some(({ owner }) => !owner) }
  }

  private reader(slow: number): Reader {
    const speed = slow * [1, 1, 10][this.random.below(3)]!
    const state = 'running' as const
    const alignment = new Alignment(SKEW_MS)
    return { alignment, speed, heardAt: 0, flushedAt: 0, need: 'near', state, until: 0 }
  }

  private disturb(): void {
    const victim = this.readers[this.random.below(this.readers.length)]!
    if (victim.state !== 'running') return
    if (this.random.below(2) === 0) {
      victim.state = 'paused'
      victim.until = this.nowMs + this.random.below(5_000)
      return
    }
    victim.state = 'dead'
    this.readers.splice(this.readers.indexOf(victim), 1, this.reader(5))
    for (const part of this.parts) {
      if (part.owner !== victim) continue
      part.owner = undefined
      part.freeAt = this.nowMs + this.random.below(2 * SESSION_MS)
      part.position = part.flushed
    }
  }

  private assign(): void {
    for (const [slot, part] of this.parts.entries()) {
      if (part.owner || this.nowMs < part.freeAt) continue
      const owner = this.readers[this.random.below(this.readers.length)]!
      part.owner = owner
      owner.alignment.begin(slot)
    }
  }

  private read(reader: Reader): Part[] {
    const own = [...this.parts.entries()].filter(([, { owner }]) => owner === reader)
    const { held, need } = reader.alignment.judge(
      own.map(([slot, part]) => ({
        slot,
        clock: this.clock(part),
        reading: this.isReading(part),
        step: 0
      })),
      own.length === this.parts.length
    )
    reader.need = need
    const open = own.filter(([slot, part]) => !held.has(slot) && this.isReading(part))
    const share = Math.ceil(reader.speed / Math.max(1, open.length))
    for (const [, part] of open) part.position = Math.min(part.frames, part.position + share)
    if (this.nowMs - reader.flushedAt >= FLUSH_MS) {
      reader.flushedAt = this.nowMs
      for (const [partition, part] of own) {
        part.flushed = part.position
        const state = held.has(partition) ? 'paused' : this.isReading(part) ? 'behind' : 'at-end'
        this.marks.push({ partition, state, clock: this.clock(part) })
      }
    }
    const everyMs = { far: 5_000, near: 1_000, held: TICK_MS }[need]
    if (this.nowMs - reader.heardAt >= everyMs) {
      reader.heardAt = this.nowMs
      const ours = new Set(own.map(([partition]) => sourceKey({ source: SOURCE, partition })))
      reader.alignment.hear(
        floorOf([this.hint], name => ours.has(name)),
        this.nowMs
      )
    }
    return open.map(([, part]) => part)
  }

  private commit(): void {
    if (this.nowMs - this.committedAt < this.commitMs) return
    this.committedAt = this.nowMs
    for (const { partition, state, clock } of this.marks.splice(0)) {
      const range = { source: SOURCE, partition, from: 0, to: 0 }
      const rest = { vouched: clock, clockState: new Uint8Array(0), accounting: new Accounting() }
      const mark = { range, partitions: this.parts.length, state, clock, ...rest }
      this.watermark.observe(mark, this.nowMs, true)
    }
    const { value: watermark } = this.watermark
    const slowest = this.watermark.slowest(this.nowMs, HINTED_MAX)
    this.hint = encodeHint({ commit: this.nowMs, watermark, slowest, stateBytes: 0 })
  }
}
