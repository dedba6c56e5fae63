import { utf8 } from '../core/bytes.ts'
import { unescapeText } from './escaped-text.ts'
import type { FieldPath } from './field-path.ts'
import { DAMAGED, textEnd } from './json-walk.ts'

/** A field, and the bit (`field-roles.ts`) of what it is wanted for. */
export interface WantedField {
  readonly path: FieldPath
  readonly role: number
}

/** No entry of the table. */
export const UNKNOWN = -1

/** A character of a name takes at most six bytes in JSON (`\u0075`). */
const ESCAPE_BYTES_MAX = 6
/** Longer names share one place of the table by length. */
const LENGTH_MAX = 63

/** The names that are looked for among the members of one object. */
export class NameTable {
  /** Roles of all entries and of what is below them. */
  readonly roles: number
  /** By entry: roles of the member's own value, and names to look for when it is an object. */
  readonly own: Int32Array
  readonly below: readonly (NameTable | undefined)[]
  private readonly names: readonly Uint8Array[]
  /** By entry: its own roles and those below. */
  private readonly rolesOf: Int32Array
  /** By length of the name: the first entry, so that most other members cost one look. */
  private readonly firstOfLength = new Int8Array(LENGTH_MAX + 1).fill(UNKNOWN)
  /** By entry: the next one of that length. */
  private readonly nextOfLength: Int8Array
  private readonly unescaped: Uint8Array

  constructor(fields: readonly WantedField[]) {
    const entries = [...Map.groupBy(fields, field => field.path.name)]
    this.names = entries.map(([name]) => utf8(name))
    this.own = Int32Array.from(entries, ([, of]) => union(of.filter(isTop)))
    this.rolesOf = Int32Array.from(entries, ([, of]) => union(of))
    this.roles = union(fields)
    this.below = entries.map(([, of]) => tableBelow(of))
    this.nextOfLength = new Int8Array(entries.length)
    for (const [entry, name] of this.names.entries()) {
      const length = Math.min(name.length, LENGTH_MAX)
      this.nextOfLength[entry] = this.firstOfLength[length]!
      this.firstOfLength[length] = entry
    }
    this.unescaped = new Uint8Array(Math.max(0, ...this.names.map(name => name.length)))
  }

  /** The entry of the name `bytes[start, end)` that has an open role, or `UNKNOWN`. */
  find(bytes: Uint8Array, start: number, end: number, escaped: boolean, open: number): number {
    if (escaped) return this.findEscaped(bytes, start, end, open)
    const length = end - start
    let entry = this.firstOfLength[Math.min(length, LENGTH_MAX)]!
    while (entry !== UNKNOWN && !isName(this.names[entry]!, bytes, start, length)) {
      entry = this.nextOfLength[entry]!
    }
    return entry === UNKNOWN || (this.rolesOf[entry]! & open) === 0 ? UNKNOWN : entry
  }

  private findEscaped(bytes: Uint8Array, start: number, end: number, open: number): number {
    if (end - start > ESCAPE_BYTES_MAX * this.unescaped.length) return UNKNOWN
    if (textEnd(bytes, start - 1, end + 1) === DAMAGED) return UNKNOWN
    const length = unescapeText(bytes, start, end, this.unescaped)
    return length > this.unescaped.length
      ? UNKNOWN
      : this.find(this.unescaped, 0, length, false, open)
  }
}

function isName(name: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (name.length !== length) return false
  for (let i = 0; i < length; i++) if (name[i] !== bytes[start + i]) return false
  return true
}

function isTop(field: WantedField): boolean {
  return field.path.below === undefined
}

function union(fields: readonly WantedField[]): number {
  return fields.reduce((roles, field) => roles | field.role, 0)
}

function tableBelow(fields: readonly WantedField[]): NameTable | undefined {
  const below = fields.flatMap(({ path, role }) =>
    path.below === undefined ? [] : [{ path: { name: path.below }, role }]
  )
  return below.length === 0 ? undefined : new NameTable(below)
}
