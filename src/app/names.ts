import { failure } from '../core/errors.ts'
import type { LogName } from '../port/log.ts'

/** Kafka allows 249 characters; the longest suffix is `-partials`. */
const NAME_LENGTH_MAX = 249 - '-partials'.length

/** `<topic>.<key>`, several keys joined by dots; characters that Kafka refuses in topic names become `_`. */
export function defaultAppName(topic: string, keys: readonly string[]): string {
  return [topic, ...keys].join('.').replace(/[^A-Za-z0-9._-]/g, '_')
}

/**
 * The app that is named, or the one that counting this key of these topics is called.
 *
 * @throws option-missing, option-value
 */
export function appNameOf(
  app: string | undefined,
  topics: readonly string[],
  keys: readonly string[]
): string {
  const [topic] = topics
  if (app !== undefined) return checkAppName(app)
  if (topic !== undefined && topics.length === 1) return checkAppName(defaultAppName(topic, keys))
  const purpose = 'several topics: it names the count, and its own topics'
  throw failure('option-missing', { option: '--app', purpose, example: 'users' })
}

/** Names in a list separated by commas, which no topic's name holds. */
export function topicNames(list: string): readonly string[] {
  const names = list.split(',').map(name => name.trim())
  return [...new Set(names.filter(name => name !== ''))]
}

/** @throws option-value */
export function checkAppName(app: string): string {
  if (/^[A-Za-z0-9._-]+$/.test(app) && app.length <= NAME_LENGTH_MAX) return app
  throw failure('option-value', {
    option: '--app',
    value: app,
    expected: `a name of up to ${NAME_LENGTH_MAX} letters, digits, ".", "_" and "-"`,
    example: 'events.uid'
  })
}

export function topicOf(app: string, log: LogName): string {
  return `${app}-${log}`
}

/** Consumer groups of the two stages. */
export function combineGroup(app: string): string {
  return `${app}-combine`
}

export function mergeGroup(app: string): string {
  return `${app}-merge`
}
