import { failure } from '../core/errors.ts'
import type { LogName } from '../port/log.ts'

/** Kafka allows 249 characters; the longest suffix is `-partials`. */
const NAME_LENGTH_MAX = 249 - '-partials'.length

/** `<topic>.<key>`, several keys joined by dots; characters that Kafka refuses in topic names become `_`. */
export function defaultAppName(topic: string, keys: readonly string[]): string {
  return [topic, ...keys].join('.').replace(/[^A-Za-z0-9._-]/g, '_')
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
