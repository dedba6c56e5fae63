import { text, utf8 } from '../core/bytes.ts'
import { limits } from '../core/limits.ts'
import { partitionOfKey } from '../core/murmur2.ts'
import type { GroupTable } from './extractor.ts'

/** The group of every frame when nothing groups. */
const UNGROUPED = utf8('null')
/** No group's own bytes begin like `{"other":N}`: they are an array, or `null`. */
const OTHER_START = '{'

const HOME_OF_BYTES = -1

const SLOTS_MIN = 1_024
/** A larger table is given back by `clear`: one busy moment should not be paid for ever. */
const SLOTS_KEPT = 1 << 17
const ARENA_WORDS_MIN = 4_096
/** Slots are at most half full. */
const SLOTS_PER_GROUP = 2
const WORD_BYTES = 4
const MULTIPLIER = 0x9e37_79b1

/**
 * Group bytes → ids, by open addressing over one arena. A group seen before costs a hash and a
 * comparison, no object and no string; its text is made once. Both go by words of four bytes, the last
 * one filled up with zeros: no group has a zero byte of its own. Groups made to collide cost a walk
 * over all there are, so callers clear in time (`limits.panesPerFlushMax`).
 */
export class GroupIds implements GroupTable {
  /** Where a group is written before `find`; one byte more than it may have, to see that it is longer. */
  readonly bytes: Uint8Array
  private readonly words: Int32Array
  private readonly partitions: number
  private readonly ungrouped: boolean
  /** id + 1, 0 where the slot is free. */
  private slots = new Int32Array(SLOTS_MIN)
  private arena = new Int32Array(ARENA_WORDS_MIN)
  /** By id: the hash, and where its words end in the arena (they begin where those before end). */
  private hashes = new Int32Array(SLOTS_MIN / SLOTS_PER_GROUP)
  private ends = new Int32Array(SLOTS_MIN / SLOTS_PER_GROUP)
  /** How often everything was forgotten: ids of another epoch mean nothing. */
  epoch = 0
  private texts: string[] = []
  private homes: number[] = []

  /** `ungrouped`: the one group `null` is always there, as id 0. */
  constructor(partitions: number, ungrouped: boolean) {
    this.partitions = partitions
    this.ungrouped = ungrouped
    const room = new ArrayBuffer(limits.groupBytesMax + WORD_BYTES)
    this.bytes = new Uint8Array(room, 0, limits.groupBytesMax + 1)
    this.words = new Int32Array(room)
    this.clear()
  }

  get size(): number {
    return this.texts.length
  }

  text(id: number): string {
    return this.texts[id]!
  }

  partition(id: number): number {
    return this.homes[id]!
  }

  isOther(id: number): boolean {
    return this.text(id).startsWith(OTHER_START)
  }

  clear(): void {
    this.epoch++
    if (this.slots.length > SLOTS_KEPT) {
      this.slots = new Int32Array(SLOTS_MIN)
      this.arena = new Int32Array(ARENA_WORDS_MIN)
      this.hashes = new Int32Array(SLOTS_MIN / SLOTS_PER_GROUP)
      this.ends = new Int32Array(SLOTS_MIN / SLOTS_PER_GROUP)
    } else if (this.size > 0) {
      this.slots.fill(0)
    }
    this.texts = []
    this.homes = []
    if (!this.ungrouped) return
    this.bytes.set(UNGROUPED)
    this.find(UNGROUPED.length)
  }

  /**
   * Id of the group that is `this.bytes[0, length)`, up to 256 bytes. A new one comes to live in the
   * partition `home`, or in that of its bytes.
   */
  find(length: number, home: number = HOME_OF_BYTES): number {
    for (let at = length; at % WORD_BYTES !== 0; at++) this.bytes[at] = 0
    const count = (length + WORD_BYTES - 1) >> 2
    let hash = count
    for (let i = 0; i < count; i++) {
      hash = Math.imul(hash ^ this.words[i]!, MULTIPLIER)
      hash ^= hash >>> 15
    }
    const last = this.slots.length - 1
    let slot = hash & last
    for (let entry = this.slots[slot]!; entry !== 0; entry = this.slots[slot]!) {
      if (this.hashes[entry - 1] === hash && this.holds(entry - 1, count)) return entry - 1
      slot = (slot + 1) & last
    }
    return this.add(slot, hash, length, count, home)
  }

  private holds(id: number, count: number): boolean {
    const start = this.startOf(id)
    if (this.ends[id]! - start !== count) return false
    for (let i = 0; i < count; i++) if (this.arena[start + i] !== this.words[i]) return false
    return true
  }

  private add(slot: number, hash: number, length: number, count: number, home: number): number {
    const id = this.size
    const start = this.startOf(id)
    if (start + count > this.arena.length) this.arena = widened(this.arena)
    this.arena.set(this.words.subarray(0, count), start)
    this.slots[slot] = id + 1
    this.hashes[id] = hash
    this.ends[id] = start + count
    this.texts.push(text(this.bytes.subarray(0, length)))
    const own = home === HOME_OF_BYTES
    this.homes.push(own ? partitionOfKey(this.bytes, this.partitions, 0, length) : home)
    if (this.size === this.hashes.length) this.spread()
    return id
  }

  private startOf(id: number): number {
    return id === 0 ? 0 : this.ends[id - 1]!
  }

  /** Twice the slots. */
  private spread(): void {
    const slots = new Int32Array(this.slots.length * 2)
    const last = slots.length - 1
    for (let id = 0; id < this.size; id++) {
      let slot = this.hashes[id]! & last
      while (slots[slot] !== 0) slot = (slot + 1) & last
      slots[slot] = id + 1
    }
    this.slots = slots
    this.hashes = widened(this.hashes)
    this.ends = widened(this.ends)
  }
}

function widened(column: Int32Array): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(column.length * 2)
  wider.set(column)
  return wider
}
