import { isUtf8 } from 'node:buffer'
import { isJsonObject } from '../extract/json-validator.ts'
import { OBJECT_CLOSE, OBJECT_OPEN, spaceEnd } from '../extract/json-walk.ts'
import type { CheckDepth } from '../port/sink.ts'

/**
 * True for what may be sent as a frame. With `ends`: it opens and closes like a JSON object (white
 * space around it allowed) and is UTF-8; that catches cut lines, other formats and binary bytes at
 * the speed of a copy. With `whole`: it is one JSON object, every byte looked at.
 *
 * `knownUtf8` saves the check where the bytes around the frame were checked already.
 */
export function isFrame(
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: CheckDepth,
  knownUtf8: boolean
): boolean {
  const open = spaceEnd(bytes, start, end)
  if (open === end || bytes[open] !== OBJECT_OPEN) return false
  let close = end - 1
  while (close > open && spaceEnd(bytes, close, close + 1) > close) close--
  if (close === open || bytes[close] !== OBJECT_CLOSE) return false
  if (!knownUtf8 && !isUtf8(bytes.subarray(start, end))) return false
  return depth === 'ends' || isJsonObject(bytes, start, end)
}
