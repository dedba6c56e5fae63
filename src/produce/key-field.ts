import { utf8 } from '../core/bytes.ts'
import { limits } from '../core/limits.ts'
import { unescapeText } from '../extract/escaped-text.ts'
import { isJsonObject } from '../extract/json-validator.ts'
import {
  ARRAY_OPEN,
  COLON,
  COMMA,
  DAMAGED,
  isDigit,
  LETTER_N,
  literalEnd,
  MINUS,
  numberEnd,
  OBJECT_OPEN,
  QUOTE,
  spaceEnd,
  textEnd,
  valueEnd
} from '../extract/json-walk.ts'

export type KeyProblem = 'bad-json' | 'no-key' | 'bad-key'

/**
 * Finds the record key in a frame: the first top-level member of the name. A string gives its text, a
 * number or boolean its JSON text, as everywhere in headcount; null, empty and missing are `no-key`.
 */
export class KeyField {
  /** The key's bytes, valid until the next call and as long as the frame is. */
  key: Uint8Array = new Uint8Array(0)
  private readonly name: Uint8Array
  private readonly unescaped = new Uint8Array(limits.keyBytesMax)

  constructor(name: string) {
    this.name = utf8(name)
  }

  /**
   * Undefined when the key was found, else why not. What follows the field is not looked at, and of what comes
   * before it only quotes, colons, commas and brackets.
   */
  find(bytes: Uint8Array, start: number, end: number): KeyProblem | undefined {
    let at = spaceEnd(bytes, start, end)
    if (at === end || bytes[at] !== OBJECT_OPEN) return 'bad-json'
    at = spaceEnd(bytes, at + 1, end)
    while (at < end && bytes[at] === QUOTE) {
      const nameEnd = valueEnd(bytes, at, end)
      if (nameEnd === DAMAGED) return 'bad-json'
      const wanted = this.isWanted(bytes, at + 1, nameEnd - 1)
      at = spaceEnd(bytes, nameEnd, end)
      if (at === end || bytes[at] !== COLON) return 'bad-json'
      at = spaceEnd(bytes, at + 1, end)
      if (wanted) return this.take(bytes, at, end)
      at = valueEnd(bytes, at, end)
      if (at === DAMAGED) return 'bad-json'
      at = spaceEnd(bytes, at, end)
      if (at === end || bytes[at] !== COMMA) break
      at = spaceEnd(bytes, at + 1, end)
    }
    return isJsonObject(bytes, start, end) ? 'no-key' : 'bad-json'
  }

  private isWanted(bytes: Uint8Array, start: number, end: number): boolean {
    const { name, unescaped } = this
    if (end - start === name.length && equal(bytes, start, name)) return true
    // An escape takes up to six bytes for one; a name without any has the length of its text.
    if (end - start <= name.length || end - start > 6 * name.length) return false
    return unescapeText(bytes, start, end, unescaped) === name.length && equal(unescaped, 0, name)
  }

  private take(bytes: Uint8Array, at: number, end: number): KeyProblem | undefined {
    const first = bytes[at]
    if (first === undefined || at >= end) return 'bad-json'
    if (first === OBJECT_OPEN || first === ARRAY_OPEN) return 'bad-key'
    if (first !== QUOTE) {
      const number = first === MINUS || isDigit(first)
      const next = number ? numberEnd(bytes, at, end) : literalEnd(bytes, at, end)
      if (next === DAMAGED) return 'bad-json'
      if (first === LETTER_N) return 'no-key'
      this.key = bytes.subarray(at, next)
      return undefined
    }
    const next = textEnd(bytes, at, end)
    if (next === DAMAGED) return 'bad-json'
    const escaped = bytes.subarray(at + 1, next - 1).indexOf(0x5c)
    if (escaped === -1) {
      this.key = bytes.subarray(at + 1, next - 1)
    } else {
      const length = unescapeText(bytes, at + 1, next - 1, this.unescaped)
      if (length > this.unescaped.length) return 'bad-key'
      this.key = this.unescaped.subarray(0, length)
    }
    if (this.key.length > limits.keyBytesMax) return 'bad-key'
    return this.key.length === 0 ? 'no-key' : undefined
  }
}

function equal(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false
  return true
}
