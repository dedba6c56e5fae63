import { OBJECT_OPEN, spaceEnd, startsWith } from './json-walk.ts'

/** The byte order mark, U+FEFF in UTF-8. */
const BOM = Uint8Array.of(0xef, 0xbb, 0xbf)

/*
 * Confluent's framing of a value:  0x00 | schema id, 4 B big-endian | Avro, Protobuf or JSON
 */
const CONFLUENT_MAGIC = 0x00
const CONFLUENT_LENGTH = 5

export const NO_FRAME = -1

/** Passes over a byte order mark. Joined files have one in the middle, so it may precede any frame. */
export function afterBom(bytes: Uint8Array, start: number, end: number): number {
  return startsWith(bytes, start, end, BOM) ? start + BOM.length : start
}

/** Where the frame begins in a record's value; `NO_FRAME` when a schema id precedes what isn't JSON. */
export function valueFrame(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < CONFLUENT_LENGTH || bytes[start] !== CONFLUENT_MAGIC) {
    return afterBom(bytes, start, end)
  }
  const frame = spaceEnd(bytes, start + CONFLUENT_LENGTH, end)
  return frame < end && bytes[frame] === OBJECT_OPEN ? frame : NO_FRAME
}
