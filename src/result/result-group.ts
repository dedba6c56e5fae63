import { failure } from '../core/errors.ts'

/** A value of a `--by` field: a scalar of JSON; null where the field is missing. */
export type GroupValue = string | number | boolean | null

/**
 * What a result says of its group: the values by their `--by` names, `{"other":N}` for the groups
 * beyond `--max-groups` of partials partition N, or null for the total and without `--by`.
 */
export type ResultGroup = Readonly<Record<string, GroupValue>> | null

const OTHER = /^\{"other":(\d{1,5})\}$/
const TOKEN = /"(?:[^"\\]|\\.)*"|[^",[\]\s]+/g

/**
 * Reads group bytes (`["CH",7]`, `{"other":3}`, `null`) for people and programs. A number whose text
 * JavaScript would write otherwise (`1.0`, 2^53 + 1) is given as that text, so that two groups never
 * look like one.
 *
 * @throws format-damaged
 */
export function groupOf(bytes: string, by: readonly string[]): ResultGroup {
  if (bytes === 'null') return null
  const other = OTHER.exec(bytes)
  if (other) return { other: Number(other[1]) }
  const values = [...bytes.matchAll(TOKEN)].map(([token]) => token)
  if (values.length !== by.length || bytes !== `[${values.join(',')}]` || by.length === 0) {
    throw damaged(bytes)
  }
  return Object.fromEntries(by.map((name, i) => [name, scalarOf(values[i]!, bytes)]))
}

/** What a `{"other":N}` group says, undefined for every other one. */
export function otherOf(group: ResultGroup, by: readonly string[]): number | undefined {
  if (group === null || (by.length > 0 && by.every(name => Object.hasOwn(group, name))))
    return undefined
  return typeof group.other === 'number' ? group.other : undefined
}

/** True for what `groupOf` gives, whoever wrote it. */
export function isGroup(value: unknown): value is ResultGroup {
  if (value === null) return true
  if (typeof value !== 'object' || Array.isArray(value)) return false
  return Object.values(value).every(
    each => each === null || ['string', 'number', 'boolean'].includes(typeof each)
  )
}

function scalarOf(token: string, bytes: string): GroupValue {
  let value: unknown
  try {
    value = JSON.parse(token)
  } catch (error) {
    throw damaged(bytes, error)
  }
  if (typeof value === 'number') return String(value) === token ? value : token
  return value as GroupValue
}

function damaged(bytes: string, cause?: unknown): Error {
  const problem = `group ${bytes.slice(0, 80)} does not fit the --by fields`
  return failure('format-damaged', { format: 'group', problem }, cause)
}
