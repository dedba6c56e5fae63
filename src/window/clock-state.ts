import { ByteReader, ByteWriter } from '../core/bytes.ts'
import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { KEY_ENTRIES, NEIGHBOUR_FRAMES, RING_ENTRIES, SUSPENDED_MAX } from './clock-limits.ts'

/*
 * Clock state, version 1 of kind 2 (neighbours); kind 1 was the newest time.
 *
 *     u8 kind = 2 | u8 version = 1
 *     u8 known = 1 | f64 newest (ms), or u8 known = 0 | u8 frames passed while it is unknown
 *     u32 far mask, low | u32 high                           bit 0 of low is the newest frame
 *     u8 n ≤ 16 | n × (f64 time | u32 key | varint age)      the ring, in order of arrival
 *     u8 s ≤ 64 | s × (varint delta | f64 time | u8 passed | u8 agreed)     suspended, by offset
 *
 * Times in ms. Ages count frames, 0 for the newest. The first delta is position − offset, each other
 * one the distance from the offset before. Together they are less than 2^53, so at most 15 of them
 * take 8 bytes and the others 7: 1,348 bytes in the worst case.
 */
const KIND = 2
const VERSION = 1
const FORMAT = 'clock state'

export interface RingEntry {
  readonly time: number
  readonly key: number
  readonly age: number
}

export interface SuspendedEntry {
  readonly offset: number
  readonly time: number
  /** Frames that came after it. */
  readonly passed: number
  /** How many of those are not far behind it. */
  readonly agreed: number
}

/** All that the clock knows, as its format sees it. */
export interface ClockState {
  /** −Infinity while unknown. */
  readonly newest: number
  /** Frames so far, counted while the clock is unknown. */
  readonly unset: number
  readonly farLow: number
  readonly farHigh: number
  readonly ring: readonly RingEntry[]
  readonly suspended: readonly SuspendedEntry[]
}

export function encodeClockState(state: ClockState, position: number): Uint8Array {
  const writer = new ByteWriter(512).u8(KIND).u8(VERSION)
  if (Number.isFinite(state.newest)) writer.u8(1).f64(state.newest)
  else writer.u8(0).u8(state.unset)
  writer.u32(state.farLow).u32(state.farHigh).u8(state.ring.length)
  for (const { time, key, age } of state.ring) writer.f64(time).u32(key).varint(age)
  writer.u8(state.suspended.length)
  let before = position
  for (const { offset, time, passed, agreed } of state.suspended) {
    writer
      .varint(Math.abs(offset - before))
      .f64(time)
      .u8(passed)
      .u8(agreed)
    before = offset
  }
  return writer.finish()
}

/** @throws format-version, format-damaged */
export function decodeClockState(bytes: Uint8Array, position: number): ClockState {
  const reader = new ByteReader(bytes, FORMAT)
  const kind = reader.u8()
  const version = reader.u8()
  if (kind !== KIND) {
    throw reader.damaged(`it is of kind ${kind}, another clock rule; this one is kind ${KIND}`)
  }
  if (version !== VERSION) {
    throw failure('format-version', { format: FORMAT, found: version, known: VERSION })
  }
  const known = reader.u8() === 1
  const newest = known ? timeFrom(reader) : Number.NEGATIVE_INFINITY
  const unset = known ? 0 : reader.u8()
  if (unset >= SUSPENDED_MAX) throw reader.damaged('a clock is unknown for too long')
  const farLow = reader.u32()
  const farHigh = reader.u32()
  const ring = ringFrom(reader)
  const suspended = suspendedFrom(reader, position)
  reader.finish()
  return { newest, unset, farLow, farHigh, ring, suspended }
}

function ringFrom(reader: ByteReader): RingEntry[] {
  const count = reader.u8()
  if (count > RING_ENTRIES) throw reader.damaged(`${count} neighbours`)
  const ring: RingEntry[] = []
  for (let i = 0; i < count; i++) {
    const entry = { time: timeFrom(reader), key: reader.u32(), age: reader.varint() }
    const bound = ring.at(-1)?.age ?? NEIGHBOUR_FRAMES
    if (entry.age >= bound) throw reader.damaged('the neighbours are not in order of arrival')
    ring.push(entry)
    if (ring.filter(({ key }) => key === entry.key).length > KEY_ENTRIES) {
      throw reader.damaged('too many neighbours of one key')
    }
  }
  return ring
}

function suspendedFrom(reader: ByteReader, position: number): SuspendedEntry[] {
  const count = reader.u8()
  if (count > SUSPENDED_MAX) throw reader.damaged(`${count} suspended frames`)
  const suspended: SuspendedEntry[] = []
  for (let i = 0; i < count; i++) {
    const last = suspended.at(-1)
    const delta = reader.varint()
    const offset = last ? last.offset + delta : position - delta
    const time = timeFrom(reader)
    const entry = { offset, time, passed: reader.u8(), agreed: reader.u8() }
    if (delta === 0 || offset < 0 || offset >= position) {
      throw reader.damaged('suspended frames are out of order')
    }
    if (entry.passed >= (last?.passed ?? SUSPENDED_MAX) || entry.agreed > entry.passed) {
      throw reader.damaged('the counters of suspended frames contradict each other')
    }
    suspended.push(entry)
  }
  return suspended
}

function timeFrom(reader: ByteReader): number {
  const time = reader.f64()
  if (!(Math.abs(time) <= limits.eventTimeMsMax)) throw reader.damaged('a time is out of range')
  return time
}
