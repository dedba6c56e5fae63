import { ByteReader, ByteWriter } from '../core/bytes.ts'
import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { sketchChunks } from '../sketch/chunks.ts'
import { wrapSketch } from '../sketch/envelope.ts'
import type { Sketch } from '../sketch/sketch.ts'
import { readRange, type SourceRange, writeRange } from './source-range.ts'

/*
 * A partial in `<app>-partials` (docs/formats/partials.md):
 *
 *     u8 type = 1 | u8 version = 1
 *     range            source id, partition, from, to
 *     signed pane      start of the UTC minute, in minutes since the epoch
 *     text group       JSON of the `--by` values; "null" without groups
 *     varint mask      bit i: it counts for the i-th asked size, smallest first
 *     varint n         n × ( u8 tag | varint value )       1 frames, 2 late
 *     varint n         n × ( u8 tag | block envelope )     1 the sketch, 2 the audit's exact set
 *
 * A set too large for a record comes in several partials of the same pane and range; only the first
 * carries counters, and each has at least one of the two.
 */
export const PARTIAL_TYPE = 1
const VERSION = 1
const FRAMES = 1
const LATE = 2
const SKETCH = 1
const AUDIT = 2
const TAGS_MAX = 16
const MINUTE = 60_000

/** What one flush knows about one pane, group and mask: mergeable sketches plus additive counters. */
export interface Partial {
  readonly range: SourceRange
  /** Start of the pane in ms. */
  readonly start: number
  readonly group: string
  readonly mask: number
  readonly frames: number
  readonly late: number
  /** Undefined only in the records that carry the rest of an audit's set. */
  readonly sketch: Sketch | undefined
  /** The exact shadow set of a sampled pane. */
  readonly audit: Sketch | undefined
}

/** The records of a partial: one, or several for sets that had to be split. */
export function encodePartial(partial: Partial): Uint8Array[] {
  const sketches = partial.sketch ? sketchChunks(partial.sketch) : []
  const audits = partial.audit ? sketchChunks(partial.audit) : []
  const records: Uint8Array[] = []
  for (let i = 0; i < Math.max(sketches.length, audits.length); i++) {
    records.push(encodeRecord(partial, i === 0, sketches[i], audits[i]))
  }
  return records
}

function encodeRecord(
  partial: Partial,
  first: boolean,
  sketch: Uint8Array | undefined,
  audit: Uint8Array | undefined
): Uint8Array {
  const size = (sketch?.length ?? 0) + (audit?.length ?? 0)
  const writer = new ByteWriter(size + 128 + partial.group.length).u8(PARTIAL_TYPE).u8(VERSION)
  writeRange(writer, partial.range)
  writer
    .signed(partial.start / MINUTE)
    .text(partial.group)
    .varint(partial.mask)
  if (first) writer.varint(2).u8(FRAMES).varint(partial.frames).u8(LATE).varint(partial.late)
  else writer.varint(0)
  writer.varint((sketch ? 1 : 0) + (audit ? 1 : 0))
  if (sketch) writer.u8(SKETCH).block(sketch)
  if (audit) writer.u8(AUDIT).block(audit)
  return writer.close()
}

/** @throws format-damaged, format-version */
export function decodePartial(bytes: Uint8Array): Partial {
  const reader = new ByteReader(bytes, 'partial')
  if (reader.u8() !== PARTIAL_TYPE) throw reader.damaged('it is not a partial')
  const version = reader.u8()
  if (version !== VERSION) {
    throw failure('format-version', { format: 'partial', found: version, known: VERSION })
  }
  const range = readRange(reader)
  const start = reader.signed() * MINUTE
  if (Math.abs(start) > limits.eventTimeMsMax) throw reader.damaged('its pane is out of range')
  const group = reader.name()
  const mask = reader.varint()
  const counters = [0, 0, 0]
  for (let i = tags(reader); i > 0; i--) {
    const tag = reader.u8()
    const value = reader.varint()
    if (tag < counters.length) counters[tag] = value
  }
  let sketch: Sketch | undefined
  let audit: Sketch | undefined
  for (let i = tags(reader); i > 0; i--) {
    const tag = reader.u8()
    const envelope = reader.block()
    if (tag === SKETCH) sketch = wrapSketch(envelope)
    else if (tag === AUDIT) audit = wrapSketch(envelope)
  }
  if (!sketch && !audit) throw reader.damaged('it has no sketch')
  reader.finish()
  const [, frames, late] = counters
  return { range, start, group, mask, frames: frames!, late: late!, sketch, audit }
}

function tags(reader: ByteReader): number {
  const count = reader.varint()
  if (count > TAGS_MAX) throw reader.damaged('it has too many tagged fields')
  return count
}
