import { text, utf8 } from '../core/bytes.ts'
import { limits } from '../core/limits.ts'
import type { Verdict } from '../extract/columns.ts'

/** A frame that could not be counted, with its raw bytes (cut at `limits.rejectBytesMax`). */
export interface Reject {
  readonly source: string
  readonly partition: number
  /** Offset of the record; for files the number of the line, from 0. */
  readonly offset: number
  readonly reason: Verdict
  readonly bytes: Uint8Array
  /** The frame was longer than what is kept of it. */
  readonly cut: boolean
}

export function rejectOf(
  source: string,
  partition: number,
  offset: number,
  reason: Verdict,
  frame: Uint8Array
): Reject {
  const cut = frame.length > limits.rejectBytesMax
  const bytes = frame.slice(0, limits.rejectBytesMax)
  return { source, partition, offset, reason, bytes, cut }
}

/**
 * One JSON line (docs/formats/reject.md): `frame` holds the raw text, or `frameBase64` the raw bytes
 * where they are not UTF-8.
 */
export function encodeReject(reject: Reject): string {
  const { source, partition, offset, reason, bytes, cut } = reject
  const frame = text(bytes)
  const whole = sameBytes(utf8(frame), bytes)
  return JSON.stringify({
    source,
    partition,
    offset,
    reason,
    ...(whole ? { frame } : { frameBase64: base64(bytes) }),
    ...(cut ? { cut } : {})
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
