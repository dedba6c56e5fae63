import { ByteReader, ByteWriter } from '../core/bytes.ts'
import { failure } from '../core/errors.ts'
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
 *     varint n         n × ( u8 tag | block envelope )     1 the sketch
 *
 * An exact set too large for a record comes in several partials of the same pane and range; only
 * the first carries counters.
 */
export const PARTIAL_TYPE = 1
const VERSION = 1
const FRAMES = 1
const LATE = 2
const SKETCH = 1
const TAGS_MAX = 16
const MINUTE = 60_000

/** What one flush knows about one pane and group: a mergeable sketch plus additive counters. */
export interface Partial {
  readonly range: SourceRange
  /** Start of the pane in ms. */
  readonly start: number
  readonly group: string
  readonly mask: number
  readonly frames: number
  readonly late: number
  readonly sketch: Sketch
}

/** The records of a partial: one, or one for each envelope of a set that had to be split. */
export function encodePartial(partial: Partial, envelopes: readonly Uint8Array[]): Uint8Array[] {
  return envelopes.map((envelope, index) => {
    const writer = new ByteWriter(envelope.length + 128).u8(PARTIAL_TYPE).u8(VERSION)
    writeRange(writer, partial.range)
    writer
      .signed(partial.start / MINUTE)
      .text(partial.group)
      .varint(partial.mask)
    if (index === 0) {
      writer.varint(2).u8(FRAMES).varint(partial.frames).u8(LATE).varint(partial.late)
    } else {
      writer.varint(0)
    }
    return writer.varint(1).u8(SKETCH).block(envelope).finish()
  })
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
  const group = reader.text()
  const mask = reader.varint()
  const counters = [0, 0, 0]
  for (let i = tags(reader); i > 0; i--) {
    const tag = reader.u8()
    const value = reader.varint()
    if (tag < counters.length) counters[tag] = value
  }
  let sketch: Sketch | undefined
  for (let i = tags(reader); i > 0; i--) {
    const tag = reader.u8()
    const envelope = reader.block()
    if (tag === SKETCH) sketch = wrapSketch(envelope)
  }
  if (!sketch) throw reader.damaged('it has no sketch')
  reader.finish()
  return { range, start, group, mask, frames: counters[FRAMES]!, late: counters[LATE]!, sketch }
}

function tags(reader: ByteReader): number {
  const count = reader.varint()
  if (count > TAGS_MAX) throw reader.damaged('it has too many tagged fields')
  return count
}
