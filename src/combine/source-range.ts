import type { ByteReader, ByteWriter } from '../core/bytes.ts'

/*
 *     text source id (topic id, or file name) | varint partition | varint from | varint to
 */

/** Which part of the input a partial or a mark covers: offsets [from, to) of one partition. */
export interface SourceRange {
  readonly source: string
  readonly partition: number
  readonly from: number
  readonly to: number
}

export function writeRange(writer: ByteWriter, range: SourceRange): void {
  writer.text(range.source).varint(range.partition).varint(range.from).varint(range.to)
}

export function readRange(reader: ByteReader): SourceRange {
  const source = reader.name()
  const partition = reader.varint()
  const from = reader.varint()
  const to = reader.varint()
  if (from > to) throw reader.damaged('its range ends before it begins')
  return { source, partition, from, to }
}
