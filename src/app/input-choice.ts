import { failure } from '../core/errors.ts'
import type { LogName } from '../port/log.ts'
import { topicOf } from './names.ts'

/** Which topics are to be counted: by their names, or all those whose whole name matches a pattern. */
export type InputChoice =
  | { readonly names: readonly string[]; readonly pattern?: undefined }
  | { readonly names?: undefined; readonly pattern: string }

const LOGS: readonly LogName[] = ['partials', 'windows', 'counts', 'rejects', 'control']
const CONTROL = topicOf('', 'control')

/** Throws `option-value` for a pattern that is none. */
export function compilePattern(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u')
  } catch (error) {
    const expected = 'a regular expression'
    const value = { option: '--topic-pattern', value: pattern, expected, example: 'events-.*' }
    throw failure('option-value', value, error)
  }
}

/**
 * The names among these that match, in order. The brokers' own topics (`__…`) never do, and neither do
 * the topics of apps: what an app writes would be its own input.
 */
export function matchTopics(pattern: RegExp, names: readonly string[]): readonly string[] {
  const apps = names
    .filter(name => name.endsWith(CONTROL))
    .map(name => name.slice(0, -CONTROL.length))
  const owned = new Set(apps.flatMap(app => LOGS.map(log => topicOf(app, log))))
  return names
    .filter(name => !name.startsWith('__') && !owned.has(name) && pattern.test(name))
    .sort()
}
