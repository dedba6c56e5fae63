import type { GroupValue } from './result-group.ts'

const WIDTH_MAX = 40

/** Controls, marks that turn the direction of text, separators, lone surrogates: never shown raw. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu
const ZERO_WIDTH = /^[\p{Mn}\p{Me}]$/u

/** First and last code points of blocks that terminals draw two columns wide (Unicode TR 11). */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd]
]

/** Columns that a terminal needs for one code point. */
export function pointWidth(point: string): number {
  const code = point.codePointAt(0)!
  if (code < 0x300) return 1
  if (ZERO_WIDTH.test(point)) return 0
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1
}

/** Columns that a terminal needs for a text without escape sequences. */
export function textWidth(text: string): number {
  let width = 0
  for (const point of text) width += pointWidth(point)
  return width
}

/** Fills up with blanks to `width` columns, on the side away from the text. */
export function padCell(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)))
  return right ? blanks + text : text + blanks
}

/**
 * A value of a frame for a terminal. It may come from anybody: control characters are spelt out, so
 * that it can neither move the cursor nor pass for something else, and it is cut at 40 columns.
 */
export function valueCell(value: GroupValue): string {
  if (value === null) return '(none)'
  if (value === '') return '""'
  const safe = String(value).replace(UNSAFE, each => `\\u{${each.codePointAt(0)!.toString(16)}}`)
  return cut(safe)
}

function cut(text: string): string {
  if (textWidth(text) <= WIDTH_MAX) return text
  let width = 1
  let kept = ''
  for (const point of text) {
    width += pointWidth(point)
    if (width > WIDTH_MAX) break
    kept += point
  }
  return `${kept}…`
}
