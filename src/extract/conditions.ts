import { utf8 } from '../core/bytes.ts'
import { unescapeText } from './escaped-text.ts'
import type { Condition } from './extractor.ts'
import { WHERE_SLOT } from './field-roles.ts'
import { ESCAPED, type FieldSpans, NESTED } from './field-spans.ts'
import { startsWith } from './json-walk.ts'

const NULL_TEXT = 'null'

/**
 * The conditions of `where`. A value matches by its text: a string's content, or the JSON text of a
 * number, boolean or null; an object or array matches nothing. `null` also takes frames without the
 * field, as `by` puts both in one group.
 */
export class Conditions {
  /** Roles that must be found: without the field the condition does not hold. */
  readonly required: number
  private readonly values: readonly Uint8Array[]
  private readonly unescaped: Uint8Array

  constructor(conditions: readonly Condition[]) {
    this.values = conditions.map(({ value }) => utf8(value))
    this.unescaped = new Uint8Array(Math.max(0, ...this.values.map(value => value.length)))
    this.required = conditions.reduce(
      (roles, { value }, index) =>
        value === NULL_TEXT ? roles : roles | (1 << (WHERE_SLOT + index)),
      0
    )
  }

  /** True when every condition among `roles` holds; their values are in `spans`. */
  hold(bytes: Uint8Array, spans: FieldSpans, roles: number): boolean {
    for (let index = 0; index < this.values.length; index++) {
      const slot = WHERE_SLOT + index
      if ((roles & (1 << slot)) !== 0 && !this.holds(bytes, spans, slot)) return false
    }
    return true
  }

  private holds(bytes: Uint8Array, spans: FieldSpans, slot: number): boolean {
    const value = this.values[slot - WHERE_SLOT]!
    const start = spans.start[slot]!
    const end = spans.end[slot]!
    const kind = spans.kind[slot]!
    if (kind === NESTED) return false
    if (kind !== ESCAPED) {
      return end - start === value.length && startsWith(bytes, start, end, value)
    }
    const length = unescapeText(bytes, start, end, this.unescaped)
    return length === value.length && startsWith(this.unescaped, 0, length, value)
  }
}
