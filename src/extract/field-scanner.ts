import { BAD_JSON, COUNTED, FILTERED } from './columns.ts'
import { Conditions } from './conditions.ts'
import type { ExtractOptions } from './extractor.ts'
import { KEY, keyFields, NEEDED, SPANS, TIME, WHERE, wantedFields } from './field-roles.ts'
import { FieldSpans } from './field-spans.ts'
import type { GroupIds } from './group-ids.ts'
import { GroupReader } from './group-reader.ts'
import { isJsonObject } from './json-validator.ts'
import {
  BACKSLASH,
  COLON,
  COMMA,
  DAMAGED,
  OBJECT_CLOSE,
  OBJECT_OPEN,
  QUOTE,
  spaceEnd,
  valueEnd
} from './json-walk.ts'
import { KeyReader } from './key-reader.ts'
import { NameTable, UNKNOWN } from './name-table.ts'
import { TimeReader } from './time-reader.ts'

/** Instead of a position: every wanted field was found. */
const FOUND = -2

/**
 * Finds the wanted fields of one frame, in one pass that stops at the last of them. The first of
 * duplicate members wins, on both levels, and what follows is not looked at. Once a condition fails only
 * key and time are still wanted.
 *
 * Up to there the top level is read strictly, and so is an object that may hold wanted fields: names,
 * colons, commas. Of values that are not wanted only quotes and brackets count (`valueEnd`). A frame
 * that ends without its key or time is checked whole, so that `bad-json` and `no-key` never stand for
 * each other; one that only lacks other fields must just end as an object does. When more than one
 * verdict is due, `bad-json` comes before `filtered`, this before those of the key, and these before
 * those of the time.
 */
export class FieldScanner {
  readonly key: KeyReader
  readonly time: TimeReader
  /** Nothing is looked for in frames: they may hold anything. */
  readonly isIdle: boolean
  /** Group of the last frame that was counted. */
  group = 0
  private readonly names: NameTable
  private readonly spans = new FieldSpans()
  private readonly conditions: Conditions
  private readonly groups: GroupReader | undefined
  /** Parts of a composite key; 0 for a single one. */
  private readonly parts: number
  /** Roles whose field was not found yet. */
  private missing = 0
  /** Roles that a member may still have: not those below an object that has passed. */
  private open = 0
  private isFiltered = false
  private readonly isSimple: boolean

  constructor(options: ExtractOptions, ids: GroupIds) {
    const by = options.by?.length ?? 0
    const fields = keyFields(options).length
    this.names = new NameTable(wantedFields(options))
    this.parts = fields > 1 ? fields : 0
    this.time = new TimeReader(options.localTime)
    this.key = new KeyReader(options.keyType ?? 'utf8', this.parts > 0)
    this.conditions = new Conditions(options.where ?? [])
    this.groups = by > 0 ? new GroupReader(by, options.groupPartitions ?? 1, ids) : undefined
    this.isSimple = (this.names.roles & SPANS) === 0
    this.isIdle = this.names.roles === 0
  }

  /** Reads the frame `bytes[start, end)` and returns its verdict. */
  scan(bytes: Uint8Array, start: number, end: number): number {
    const wanted = this.names.roles
    if (wanted === 0) return this.verdict(bytes)
    if ((wanted & KEY) !== 0) this.key.lack()
    if ((wanted & TIME) !== 0) this.time.lack()
    this.missing = wanted
    this.open = wanted
    this.isFiltered = false
    let at = spaceEnd(bytes, start, end)
    if (at === end || bytes[at] !== OBJECT_OPEN) return BAD_JSON
    at = this.members(bytes, at + 1, end, this.names)
    if (at === FOUND) return this.verdict(bytes)
    if (at === DAMAGED || spaceEnd(bytes, at, end) !== end) return BAD_JSON
    if ((this.missing & NEEDED) !== 0 && !isJsonObject(bytes, start, end)) return BAD_JSON
    return this.verdict(bytes)
  }

  private verdict(bytes: Uint8Array): number {
    if (!this.isSimple) return this.fullVerdict(bytes)
    return this.key.verdict !== COUNTED ? this.key.verdict : this.time.verdict
  }

  private fullVerdict(bytes: Uint8Array): number {
    if (this.parts > 0) this.key.join(bytes, this.spans, this.parts, this.missing)
    if (this.isFiltered || (this.missing & this.conditions.required) !== 0) return FILTERED
    if (this.key.verdict !== COUNTED) return this.key.verdict
    if (this.time.verdict !== COUNTED) return this.time.verdict
    if (this.groups !== undefined) this.group = this.groups.read(bytes, this.spans, this.missing)
    return COUNTED
  }

  /** Reads an object behind its bracket: the position after it, `FOUND` or `DAMAGED`. */
  private members(bytes: Uint8Array, start: number, end: number, names: NameTable): number {
    let at = spaceEnd(bytes, start, end)
    if (at < end && bytes[at] === OBJECT_CLOSE) return at + 1
    while (at < end && bytes[at] === QUOTE) {
      const name = at + 1
      let escaped = false
      at = name
      while (at < end && bytes[at] !== QUOTE) {
        if (bytes[at] === BACKSLASH) {
          escaped = true
          at++
        }
        at++
      }
      if (at >= end) return DAMAGED
      const entry = names.find(bytes, name, at, escaped, this.open)
      at = spaceEnd(bytes, at + 1, end)
      if (at >= end || bytes[at] !== COLON) return DAMAGED
      at = spaceEnd(bytes, at + 1, end)
      if (entry === UNKNOWN) {
        at = valueEnd(bytes, at, end)
      } else {
        at =
          names.below[entry] === undefined
            ? this.value(bytes, at, end, names.own[entry]! & this.open)
            : this.parent(bytes, at, end, names, entry)
        if (at >= 0 && (names.roles & this.open) === 0) return valueEnd(bytes, at, end, 1)
      }
      if (at < 0) return at
      at = spaceEnd(bytes, at, end)
      if (at === end) return DAMAGED
      if (bytes[at] === OBJECT_CLOSE) return at + 1
      if (bytes[at] !== COMMA) return DAMAGED
      at = spaceEnd(bytes, at + 1, end)
    }
    return DAMAGED
  }

  /** Reads the value of a member that may be wanted itself, and what is wanted below it. */
  private parent(
    bytes: Uint8Array,
    at: number,
    end: number,
    names: NameTable,
    entry: number
  ): number {
    if (at >= end) return DAMAGED
    const own = names.own[entry]! & this.open
    const below = names.below[entry]!
    let next = own === 0 ? at : this.value(bytes, at, end, own)
    if (next < 0) return next
    if (bytes[at] === OBJECT_OPEN && (below.roles & this.open) !== 0) {
      next = this.members(bytes, at + 1, end, below)
    } else if (own === 0) {
      next = valueEnd(bytes, at, end)
    }
    this.open &= ~below.roles
    return next
  }

  private value(bytes: Uint8Array, at: number, end: number, roles: number): number {
    if (at >= end) return DAMAGED
    let next = at
    if (roles === TIME) next = this.time.read(bytes, at, end)
    else if (roles === KEY) next = this.key.read(bytes, at, end)
    else next = this.shared(bytes, at, end, roles)
    if (next === DAMAGED) return DAMAGED
    this.open &= ~roles
    this.missing &= ~roles
    return this.missing === 0 ? FOUND : next
  }

  /** A value with several roles, or one of those that are noted. */
  private shared(bytes: Uint8Array, at: number, end: number, roles: number): number {
    let next = at
    if ((roles & TIME) !== 0) next = this.time.read(bytes, at, end)
    if ((roles & KEY) !== 0 && next !== DAMAGED) next = this.key.read(bytes, at, end)
    if ((roles & SPANS) === 0 || next === DAMAGED) return next
    next = this.spans.take(bytes, at, end, roles & SPANS)
    if (next !== DAMAGED && (roles & WHERE) !== 0) this.check(bytes, roles)
    return next
  }

  private check(bytes: Uint8Array, roles: number): void {
    if (this.conditions.hold(bytes, this.spans, roles)) return
    this.isFiltered = true
    this.open &= NEEDED
    this.missing &= NEEDED
  }
}
