import { utf8 } from '../core/bytes.ts'
import { type ExtractOptions, RECORD_TIME } from './extractor.ts'
import { BY_SLOT, KEY, keyFields, PART_SLOT, TIME, wantedFields } from './field-roles.ts'
import { BACKSLASH, QUOTE, SPACE } from './json-walk.ts'
import type { WantedField } from './name-table.ts'

/** Names below one object, or on top. */
export interface PlannedField {
  readonly name: Uint8Array
  /** Where its value is noted; undefined when only fields below it are wanted. */
  readonly slot: number | undefined
  readonly below: readonly PlannedField[]
}

/** What the kernel looks for: one slot for each field, whatever it is wanted for. */
export interface KernelPlan {
  readonly top: readonly PlannedField[]
  /** Undefined for the time and the key of the record. */
  readonly time: number | undefined
  readonly key: readonly number[]
  readonly by: readonly number[]
}

/** The length of a name has a byte of its own in the kernel's comparison. */
const NAME_BYTES_MAX = 255

/**
 * The plan for these options; undefined when the kernel doesn't take them: conditions, typed keys, a field
 * that is wanted together with one below it, names that JSON escapes.
 */
export function kernelPlan(options: ExtractOptions): KernelPlan | undefined {
  if ((options.where?.length ?? 0) > 0 || (options.keyType ?? 'utf8') !== 'utf8') return undefined
  const fields = wantedFields(options)
  const paths = [...Map.groupBy(fields, ({ path }) => JSON.stringify([path.name, path.below]))]
  const slots = new Map(paths.flatMap(([, of], slot) => of.map(({ role }) => [role, slot])))
  const slotOf = (role: number): number => slots.get(role)!
  const top = plannedFields(paths.map(([, [first]], slot) => ({ ...first!, slot })))
  if (top === undefined) return undefined
  const parts = keyFields(options)
  const key = parts.map((_, index) => slotOf(parts.length === 1 ? KEY : 1 << (PART_SLOT + index)))
  const by = (options.by ?? []).map((_, index) => slotOf(1 << (BY_SLOT + index)))
  return { top, time: options.time === RECORD_TIME ? undefined : slotOf(TIME), key, by }
}

function plannedFields(
  fields: readonly (WantedField & { slot: number })[]
): readonly PlannedField[] | undefined {
  const planned: PlannedField[] = []
  for (const [name, of] of Map.groupBy(fields, ({ path }) => path.name)) {
    const own = of.find(({ path }) => path.below === undefined)
    if (own && of.length > 1) return undefined
    const children = of.flatMap(({ path, slot }) =>
      path.below === undefined ? [] : [{ name: utf8(path.below), slot, below: [] }]
    )
    planned.push({ name: utf8(name), slot: own?.slot, below: children })
  }
  const isBare = ({ name, below }: PlannedField): boolean =>
    name.length <= NAME_BYTES_MAX && name.every(isPlain) && below.every(isBare)
  return planned.every(isBare) ? planned : undefined
}

/** A byte that a name has as it is, not in an escape. */
function isPlain(byte: number): boolean {
  return byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH
}
