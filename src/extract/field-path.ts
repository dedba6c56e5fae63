import { failure } from '../core/errors.ts'
import type { Condition } from './extractor.ts'
import { RECORD_KEY, RECORD_TIME } from './extractor.ts'

/** Where a field is: a top-level member, or a member of the object that one is. */
export interface FieldPath {
  readonly name: string
  readonly below?: string
}

/**
 * Reads a field as people write it: `uid`, or `user.id` for one below the object `user`. A backslash
 * takes its meaning from a dot, a comma, an equals sign, an @ or a backslash: `user\.id` is one name,
 * `\@timestamp` a field of that name. Before anything else a backslash is itself. Throws `field-path`.
 */
export function parseFieldPath(field: string): FieldPath {
  if (field === RECORD_KEY || field === RECORD_TIME) {
    const problem = 'it stands for a part of the record here'
    throw failure('field-path', { field, problem, example: `'\\${field}'` })
  }
  const [name = '', below, ...deeper] = cut(field, '.').map(plain)
  const example = `'${field.replaceAll('.', '\\.')}'`
  if (deeper.length > 0) {
    throw failure('field-path', { field, problem: 'only one level below the top is read', example })
  }
  if (name === '' || below === '') {
    throw failure('field-path', { field, problem: 'a name is empty', example: 'user.id' })
  }
  return below === undefined ? { name } : { name, below }
}

/** The fields of a list `country,user.device`, each as `parseFieldPath` takes it. */
export function splitFields(list: string): string[] {
  return cut(list, ',').map(field => field.trim())
}

/** Reads `field=value`, cut at the first equals sign; undefined when there is none. */
export function parseCondition(text: string): Condition | undefined {
  const [field = '', ...rest] = cut(text, '=')
  return rest.length === 0 ? undefined : { field, value: text.slice(field.length + 1) }
}

/** The parts between marks that no backslash precedes, escapes as they are. */
function cut(text: string, mark: string): string[] {
  const parts: string[] = []
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\' && ESCAPED.test(text.slice(at, at + 2))) at++
    else if (text[at] === mark) {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, text.slice(from)]
}

const ESCAPED = /^\\[.,=@\\]$/

function plain(part: string): string {
  return part.replace(/\\([.,=@\\])/g, '$1')
}
