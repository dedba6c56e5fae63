import { text } from '../core/bytes.ts'
import { unescapeText } from './escaped-text.ts'
import { COLON, COMMA, DAMAGED, OBJECT_OPEN, spaceEnd, textEnd, valueEnd } from './json-walk.ts'

/** Enough to show a person what the frames look like. */
const NAMES_MAX = 50
const NAME_BYTES_MAX = 200

/**
 * The different names of a frame's top-level members in their order, up to 50, each cut to 200 bytes;
 * of a damaged frame those before the damage. For error texts: nothing here is fast.
 */
export function fieldNames(bytes: Uint8Array, start: number, end: number): string[] {
  const names = new Set<string>()
  let at = spaceEnd(bytes, start, end)
  if (at === end || bytes[at] !== OBJECT_OPEN) return []
  do {
    const name = spaceEnd(bytes, at + 1, end)
    at = textEnd(bytes, name, end)
    if (at === DAMAGED) break
    names.add(nameText(bytes, name + 1, at - 1))
    at = spaceEnd(bytes, at, end)
    if (at === end || bytes[at] !== COLON) break
    at = valueEnd(bytes, spaceEnd(bytes, at + 1, end), end)
    if (at === DAMAGED) break
    at = spaceEnd(bytes, at, end)
  } while (at < end && bytes[at] === COMMA && names.size < NAMES_MAX)
  return [...names]
}

function nameText(bytes: Uint8Array, start: number, end: number): string {
  const out = new Uint8Array(NAME_BYTES_MAX)
  const length = unescapeText(bytes, start, end, out)
  return text(out.subarray(0, length))
}
