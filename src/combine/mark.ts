import { ByteReader, ByteWriter, copyOf } from '../core/bytes.ts'
import { failure } from '../core/errors.ts'
import { Accounting } from './accounting.ts'
import { readRange, type SourceRange, writeRange } from './source-range.ts'

/*
 * A mark in `<app>-partials`, sent to every partition of it after the partials of a flush
 * (docs/formats/partials.md):
 *
 *     u8 type = 2 | u8 version = 3
 *     range               source id, partition, from, to
 *     varint partitions   of the input topic
 *     u8 state            0 behind, 1 at-end, 2 idle, 3 paused
 *     u8 known | f64 clock     the partition's clock in ms, only when known = 1
 *     u8 known | f64 vouched   newest vouched time in ms, only while there is no clock
 *     block clock state   whole in the copy for partials partition 0, else empty
 *     accounting          of the range
 *     varint epoch        leader epoch of the record before `to`, plus 1; 0 where it is not known
 *     u8 restarts | varint stood    where the source stood, only when restarts = 1
 */
export const MARK_TYPE = 2
const VERSION = 3

/**
 * Where a partition stands: still reading, at the end of its log, at it for a while, or held back because it
 * is too far ahead of the others.
 */
export const markStates = ['behind', 'at-end', 'idle', 'paused'] as const
export type MarkState = (typeof markStates)[number]

/** Proof that a range of the input was taken, and the partition's clock after it. */
export interface Mark {
  readonly range: SourceRange
  readonly partitions: number
  readonly state: MarkState
  /** The partition's clock in ms, −Infinity while nothing is believed. */
  readonly clock: number
  /** Newest time that a record vouched for while there was no clock; ms, −Infinity else. */
  readonly vouched: number
  readonly clockState: Uint8Array
  readonly accounting: Accounting
  /** Of the record before the range's end, as its batch says; where it is known (KIP-320). */
  readonly leaderEpoch?: number
  /**
   * The log was cut: the source stood at this offset, and goes on at the range's end, before it. Such a
   * mark takes no frames; those that lie at these offsets now come after it.
   */
  readonly restart?: number
}

export function encodeMark(mark: Mark, withClockState: boolean): Uint8Array {
  const writer = new ByteWriter().u8(MARK_TYPE).u8(VERSION)
  writeRange(writer, mark.range)
  writer.varint(mark.partitions).u8(markStates.indexOf(mark.state))
  writeTime(writer, mark.clock)
  writeTime(writer, mark.vouched)
  writer.block(withClockState ? mark.clockState : new Uint8Array(0))
  mark.accounting.write(writer)
  writer.varint((mark.leaderEpoch ?? -1) + 1).u8(mark.restart === undefined ? 0 : 1)
  if (mark.restart !== undefined) writer.varint(mark.restart)
  return writer.finish()
}

/** @throws format-damaged, format-version */
export function decodeMark(bytes: Uint8Array): Mark {
  const reader = new ByteReader(bytes, 'mark')
  if (reader.u8() !== MARK_TYPE) throw reader.damaged('it is not a mark')
  const version = reader.u8()
  if (version !== VERSION) {
    throw failure('format-version', { format: 'mark', found: version, known: VERSION })
  }
  const range = readRange(reader)
  const partitions = reader.varint()
  const state = markStates[reader.u8()]
  if (!state) throw reader.damaged('its state is unknown')
  const clock = readTime(reader)
  const vouched = readTime(reader)
  const clockState = copyOf(reader.block())
  const accounting = Accounting.read(reader)
  const leaderEpoch = reader.varint() - 1
  const restart = readRestart(reader, range)
  reader.finish()
  return {
    range,
    partitions,
    state,
    clock,
    vouched,
    clockState,
    accounting,
    ...(leaderEpoch < 0 ? {} : { leaderEpoch }),
    ...(restart === undefined ? {} : { restart })
  }
}

function readRestart(reader: ByteReader, { from, to }: SourceRange): number | undefined {
  if (reader.u8() !== 1) return undefined
  const stood = reader.varint()
  if (from !== to || stood <= to) throw reader.damaged('it restarts at no earlier offset')
  return stood
}

function writeTime(writer: ByteWriter, ms: number): void {
  const known = Number.isFinite(ms)
  writer.u8(known ? 1 : 0)
  if (known) writer.f64(ms)
}

function readTime(reader: ByteReader): number {
  if (reader.u8() !== 1) return Number.NEGATIVE_INFINITY
  const ms = reader.f64()
  if (!Number.isFinite(ms)) throw reader.damaged('its clock is not a number')
  return ms
}
