import { utf8 } from '../core/bytes.ts'
import { limits } from '../core/limits.ts'
import { partitionOfKey } from '../core/murmur2.ts'
import { unescapeText } from './escaped-text.ts'
import { BY_SLOT } from './field-roles.ts'
import { ESCAPED, type FieldSpans, NESTED, PLAIN } from './field-spans.ts'
import type { GroupIds } from './group-ids.ts'
import { writeJsonText } from './json-text.ts'
import { ARRAY_CLOSE, ARRAY_OPEN, COMMA, OBJECT_OPEN } from './json-walk.ts'
import { repairUtf8 } from './utf8-repair.ts'

const NOTHING = utf8('null')
const OBJECT = utf8('{}')
const ARRAY = utf8('[]')
/** A character of a long value may be lost at the end of this, far beyond what is looked at. */
const TEXT_BYTES = 4 * limits.groupBytesMax

/**
 * The group of a frame: the values of the `by` fields as a JSON array (docs/formats/groups.md), spelled
 * the one way that JSON.stringify does, so that equal values are equal bytes.
 */
export class GroupReader {
  private readonly fields: number
  private readonly partitions: number
  private readonly ids: GroupIds
  private readonly bytes: Uint8Array
  private readonly unescaped = new Uint8Array(TEXT_BYTES)
  private readonly repaired = new Uint8Array(TEXT_BYTES)
  private readonly others: Uint8Array[] = []

  constructor(fields: number, partitions: number, ids: GroupIds) {
    this.fields = fields
    this.partitions = partitions
    this.ids = ids
    this.bytes = ids.bytes
  }

  /** The id of the group whose values `spans` has, but for those of the roles that are `missing`. */
  read(bytes: Uint8Array, spans: FieldSpans, missing: number): number {
    const out = this.bytes
    let nested = false
    let at = 0
    out[at++] = ARRAY_OPEN
    for (let field = 0; field < this.fields && at < out.length; field++) {
      if (field > 0) out[at++] = COMMA
      const slot = BY_SLOT + field
      if ((missing & (1 << slot)) !== 0) {
        at = this.writeAscii(NOTHING, 0, NOTHING.length, at)
      } else {
        nested ||= spans.kind[slot] === NESTED
        at = this.write(bytes, spans, slot, at)
      }
    }
    out[at++] = ARRAY_CLOSE
    if (at < out.length && !nested) return this.ids.find(at)
    return this.other(Math.min(at, limits.groupBytesMax))
  }

  private write(bytes: Uint8Array, spans: FieldSpans, slot: number, at: number): number {
    const kind = spans.kind[slot]!
    const start = spans.start[slot]!
    const end = spans.end[slot]!
    if (kind === PLAIN) {
      const next = this.writeAscii(bytes, start - 1, end + 1, at)
      return next > at ? next : this.writeText(bytes, start, end, at)
    }
    if (kind === ESCAPED) {
      const length = unescapeText(bytes, start, end, this.unescaped)
      return this.writeText(this.unescaped, 0, Math.min(length, TEXT_BYTES), at)
    }
    if (kind === NESTED) {
      return this.writeAscii(bytes[start] === OBJECT_OPEN ? OBJECT : ARRAY, 0, 2, at)
    }
    return this.writeAscii(bytes, start, end, at)
  }

  /** Copies what is spelled right already; returns `at` when a byte is not ASCII. */
  private writeAscii(bytes: Uint8Array, start: number, end: number, at: number): number {
    const out = this.bytes
    const length = Math.min(end - start, out.length - at)
    let union = 0
    for (let i = 0; i < length; i++) {
      const byte = bytes[start + i]!
      union |= byte
      out[at + i] = byte
    }
    return union < 0x80 ? at + length : at
  }

  private writeText(bytes: Uint8Array, start: number, end: number, at: number): number {
    const length = repairUtf8(bytes, start, end, this.repaired)
    return writeJsonText(this.repaired, 0, length, this.bytes, at)
  }

  /** Groups that are not told apart: `{"other":N}`, N by the first bytes that the group would have. */
  private other(length: number): number {
    const home = partitionOfKey(this.bytes, this.partitions, 0, length)
    this.others[home] ??= utf8(`{"other":${home}}`)
    this.bytes.set(this.others[home])
    return this.ids.find(this.others[home].length, home)
  }
}
