import { ByteReader, ByteWriter, text, utf8 } from '../core/bytes.ts'
import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { ClosedBy, ResultStatus } from '../result/result-record.ts'
import type { LossSpan } from './losses.ts'
import type { WindowHeader } from './window.ts'

/*
 * Records of `<app>-windows`, the compacted changelog and only state (docs/formats/state.md).
 *
 * Keys are text:
 *     w|<size>|<start in minutes>|<chunk>|<group>     content of a pane or closed window
 *     o|<size>|<start in minutes>|<chunk>|<group>     own part of a larger window in progress
 *     a|<size>|<start in minutes>|<chunk>|<group>     the audit's exact set of an open pane
 *     h|<size>|<start in minutes>|<group>             window header
 *     m|<partition>|<source id>                       newest mark of an input partition
 *     p                                               position record
 *
 * Values begin with u8 version. A tombstone removes.
 *     w, o, a   version 1   varint chunks | chunk 0: varint frames, varint late | block envelope
 *     h   version 1   u8 status (0 none, 1 provisional, 2 final, 3 corrected) | u8 closed
 *                     u8 closedBy (0 none, 1 watermark, 2 idle, 3 end)
 *                     varint revision | varint uniques | varint frames | varint commit
 *     m               the mark as it stands in `<app>-partials`
 *     p   version 3   varint input position | varint commit | u8 known | f64 W2 (ms)
 *                     varint n | n × ( text size | signed minute )   windows that start before it are purged
 *                     varint n | n × loss
 *
 *     loss            text source id | varint partition | varint frames | u8 known | f64 from (ms)
 *                     f64 until (ms) | u8 settled
 */
const VERSION = 1
const POSITION_VERSION = 3
const MINUTE = 60_000
const STATUSES: readonly (ResultStatus | undefined)[] = [
  undefined,
  'provisional',
  'final',
  'corrected'
]
const CLOSINGS: readonly (ClosedBy | undefined)[] = [undefined, 'watermark', 'idle', 'end']
const CHUNKS_MAX = 4_096
const LEVELS_MAX = 64

/** Where the state cache keeps the header of a window; its chunks lie at 0 and above. */
export const HEADER_PART = -1

export interface WindowName {
  readonly size: string
  /** In ms. */
  readonly start: number
  readonly group: string
}

export interface WindowContent {
  readonly chunks: number
  readonly frames: number
  readonly late: number
  readonly envelope: Uint8Array
}

export interface PositionRecord {
  /** Offset of the next record of the partials partition. */
  readonly position: number
  readonly commit: number
  /** W2 in ms, −Infinity before it is known. */
  readonly watermark: number
  /** By size: windows that start before this (ms) are purged. */
  readonly purgedBefore: ReadonlyMap<string, number>
  /** What windows may lack because input was gone. */
  readonly losses: readonly LossSpan[]
}

/** A window's content, a window in progress' own part, or an audited pane's exact set. */
export type ContentType = 'content' | 'own' | 'audit'

export type StateKey =
  | ({ readonly type: ContentType; readonly chunk: number } & WindowName)
  | ({ readonly type: 'header' } & WindowName)
  | { readonly type: 'mark' }
  | { readonly type: 'position' }

export function contentKey(type: ContentType, name: WindowName, chunk: number): Uint8Array {
  return utf8(`${LETTERS[type]}|${name.size}|${name.start / MINUTE}|${chunk}|${name.group}`)
}

const LETTERS: Readonly<Record<ContentType, string>> = { content: 'w', own: 'o', audit: 'a' }
const TYPES: Readonly<Record<string, ContentType>> = { w: 'content', o: 'own', a: 'audit' }

export function headerKey(name: WindowName): Uint8Array {
  return utf8(`h|${name.size}|${name.start / MINUTE}|${name.group}`)
}

export function markKey(source: string, partition: number): Uint8Array {
  return utf8(`m|${partition}|${source}`)
}

export const positionKey: Uint8Array = utf8('p')

/** @throws format-damaged */
export function decodeKey(bytes: Uint8Array): StateKey {
  const key = text(bytes)
  const content = /^([woa])\|([^|]+)\|(-?\d{1,12})\|(\d{1,4})\|(.*)$/s.exec(key)
  if (content) {
    const [, letter, size, start, chunk, group] = content
    return {
      type: TYPES[letter!]!,
      size: size!,
      start: Number(start) * MINUTE,
      chunk: Number(chunk),
      group: group!
    }
  }
  const header = /^h\|([^|]+)\|(-?\d{1,12})\|(.*)$/s.exec(key)
  if (header) {
    const [, size, start, group] = header
    return { type: 'header', size: size!, start: Number(start) * MINUTE, group: group! }
  }
  if (key.startsWith('m|')) return { type: 'mark' }
  if (key === 'p') return { type: 'position' }
  throw failure('format-damaged', { format: 'state key', problem: `unknown key ${key}` })
}

export function encodeContent(content: WindowContent, first: boolean): Uint8Array {
  const writer = new ByteWriter(content.envelope.length + 32).u8(VERSION).varint(content.chunks)
  if (first) writer.varint(content.frames).varint(content.late)
  return writer.block(content.envelope).close()
}

/** @throws format-damaged, format-version */
export function decodeContent(bytes: Uint8Array, chunk: number): WindowContent {
  const reader = open(bytes, 'window content')
  const chunks = reader.varint()
  if (chunks > CHUNKS_MAX) throw reader.damaged('it has too many chunks')
  const frames = chunk === 0 ? reader.varint() : 0
  const late = chunk === 0 ? reader.varint() : 0
  const envelope = reader.block()
  reader.finish()
  return { chunks, frames, late, envelope }
}

export function encodeHeader(header: WindowHeader): Uint8Array {
  return new ByteWriter(64)
    .u8(VERSION)
    .u8(STATUSES.indexOf(header.status))
    .u8(header.closed ? 1 : 0)
    .u8(CLOSINGS.indexOf(header.closedBy))
    .varint(header.revision)
    .varint(header.uniques)
    .varint(header.frames)
    .varint(header.commit)
    .close()
}

/** @throws format-damaged, format-version */
export function decodeHeader(bytes: Uint8Array): WindowHeader {
  const reader = open(bytes, 'window header')
  const status = reader.u8()
  const closed = reader.u8() === 1
  const closedBy = reader.u8()
  if (status >= STATUSES.length || closedBy >= CLOSINGS.length) {
    throw reader.damaged('its status is unknown')
  }
  const [revision, uniques] = [reader.varint(), reader.varint()]
  const [frames, commit] = [reader.varint(), reader.varint()]
  reader.finish()
  return {
    status: STATUSES[status],
    closed,
    closedBy: CLOSINGS[closedBy],
    revision,
    uniques,
    frames,
    commit
  }
}

export function encodePosition(record: PositionRecord): Uint8Array {
  const { position, commit, watermark, purgedBefore, losses } = record
  const writer = new ByteWriter(64).u8(POSITION_VERSION).varint(position).varint(commit)
  writeTime(writer, watermark)
  writer.varint(purgedBefore.size)
  for (const [size, start] of purgedBefore) writer.text(size).signed(start / MINUTE)
  writer.varint(losses.length)
  for (const { source, partition, frames, from, until, settled } of losses) {
    writer.text(source).varint(partition).varint(frames)
    writeTime(writer, from)
    writer.f64(until).u8(settled ? 1 : 0)
  }
  return writer.finish()
}

/** @throws format-damaged, format-version */
export function decodePosition(bytes: Uint8Array): PositionRecord {
  const reader = open(bytes, 'position record', POSITION_VERSION)
  const [position, commit] = [reader.varint(), reader.varint()]
  const watermark = readTime(reader)
  const purgedBefore = new Map<string, number>()
  const levels = reader.varint()
  if (levels > LEVELS_MAX) throw reader.damaged('it has too many sizes')
  for (let i = 0; i < levels; i++) purgedBefore.set(reader.text(), reader.signed() * MINUTE)
  const losses: LossSpan[] = []
  const spans = reader.varint()
  if (spans > limits.lossSpansMax) throw reader.damaged('it has too many losses')
  for (let i = 0; i < spans; i++) losses.push(readLoss(reader))
  reader.finish()
  return { position, commit, watermark, purgedBefore, losses }
}

function readLoss(reader: ByteReader): LossSpan {
  const source = reader.text()
  const [partition, frames] = [reader.varint(), reader.varint()]
  const from = readTime(reader)
  const until = reader.f64()
  if (Number.isNaN(until)) throw reader.damaged('a loss has no end')
  return { source, partition, frames, from, until, settled: reader.u8() === 1 }
}

function writeTime(writer: ByteWriter, ms: number): void {
  const known = Number.isFinite(ms)
  writer.u8(known ? 1 : 0)
  if (known) writer.f64(ms)
}

function readTime(reader: ByteReader): number {
  if (reader.u8() !== 1) return Number.NEGATIVE_INFINITY
  const ms = reader.f64()
  if (Number.isNaN(ms)) throw reader.damaged('its watermark is not a number')
  return ms
}

function open(bytes: Uint8Array, format: string, known = VERSION): ByteReader {
  const reader = new ByteReader(bytes, format)
  const found = reader.u8()
  if (found !== known) throw failure('format-version', { format, found, known })
  return reader
}
