import { copyOf, text, utf8 } from './bytes.ts'
import { limits } from './limits.ts'

/** A frame that could not be counted or sent, with its raw bytes (cut at `limits.rejectBytesMax`). */
export interface Reject {
  /** Topic id, or name of a file. */
  readonly source: string
  readonly partition: number
  /** Offset of the record; for files the number of the line, from 0. */
  readonly offset: number
  readonly reason: string
  readonly bytes: Uint8Array
  /** Length of the whole frame. */
  readonly size: number
}

/** Copies the frame, as far as it is kept. */
export function rejectOf(
  source: string,
  partition: number,
  offset: number,
  reason: string,
  frame: Uint8Array
): Reject {
  const bytes = copyOf(frame.subarray(0, limits.rejectBytesMax))
  return { source, partition, offset, reason, bytes, size: frame.length }
}

/**
 * One JSON line (docs/formats/reject.md): `frame` holds the raw text, or `frameBase64` the raw bytes
 * where they are not UTF-8.
 */
export function encodeReject(reject: Reject): string {
  const { source, partition, offset, reason, bytes, size } = reject
  const frame = text(bytes)
  const whole = sameBytes(utf8(frame), bytes)
  return JSON.stringify({
    source,
    partition,
    offset,
    reason,
    ...(whole ? { frame } : { frameBase64: base64(bytes) }),
    ...(size > bytes.length ? { size } : {})
  })
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}

function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
