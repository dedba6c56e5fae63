import { text, utf8 } from '../core/bytes.ts'
import { crc32c } from '../core/crc32c.ts'
import { failure } from '../core/errors.ts'

/** Version of every format that an app's topics hold; a change refuses older state by name. */
const FORMATS: Readonly<Record<string, number>> = {
  partial: 1,
  mark: 2,
  state: 2,
  sketch: 1,
  clock: 2,
  result: 1
}

/**
 * What an app is: its input and every option that shapes its state. Written once to
 * `<app>-control`, by whoever comes first; everybody else must be the same (docs/formats/app-record.md).
 */
export interface AppRecord {
  readonly version: 1
  readonly app: string
  readonly topics: readonly {
    readonly name: string
    readonly id: string
    readonly partitions: number
  }[]
  readonly partialsPartitions: number
  /** Options that shape the state, by their long names. */
  readonly settings: Readonly<Record<string, string>>
  readonly formats: Readonly<Record<string, number>>
  /** CRC-32C of the fields above, in hexadecimal: equal apps, equal fingerprint. */
  readonly fingerprint: string
}

export const appRecordKey: Uint8Array = utf8('app')

export function createAppRecord(
  parts: Omit<AppRecord, 'version' | 'formats' | 'fingerprint'>
): AppRecord {
  const { app, topics, partialsPartitions, settings } = parts
  const record = {
    version: 1,
    app,
    topics,
    partialsPartitions,
    settings,
    formats: FORMATS
  } as const
  return { ...record, fingerprint: fingerprint(record) }
}

export function encodeAppRecord(record: AppRecord): Uint8Array {
  return utf8(JSON.stringify(record))
}

/** @throws format-damaged, format-version */
export function decodeAppRecord(bytes: Uint8Array): AppRecord {
  let value: unknown
  try {
    value = JSON.parse(text(bytes))
  } catch (error) {
    throw damaged('it is not JSON', error)
  }
  if (!isObject(value)) throw damaged('it is not an object')
  const record = value as AppRecord
  if (record.version !== 1) {
    const found = String(record.version)
    throw failure('format-version', { format: 'app record', found, known: 1 })
  }
  if (
    typeof record.app !== 'string' ||
    !Array.isArray(record.topics) ||
    !record.topics.every(isObject) ||
    !isObject(record.settings) ||
    !isObject(record.formats) ||
    record.fingerprint !== fingerprint(record)
  ) {
    throw damaged('its fields do not belong together')
  }
  return record
}

/** Refuses to go on with an app that was started differently. @throws app-settings */
export function checkSameApp(stored: AppRecord, wanted: AppRecord): void {
  const difference = describeDifference(stored, wanted)
  if (difference) throw failure('app-settings', { app: wanted.app, difference })
}

function describeDifference(stored: AppRecord, wanted: AppRecord): string | undefined {
  if (stored.fingerprint === wanted.fingerprint) return undefined
  for (const [index, topic] of wanted.topics.entries()) {
    const before = stored.topics[index]
    if (before?.name !== topic.name) return `topic ${before?.name ?? 'none'}, now ${topic.name}`
    if (before.id !== topic.id) return `topic ${topic.name} was made again since (another topic id)`
    if (before.partitions !== topic.partitions) {
      return `topic ${topic.name} had ${before.partitions} partitions, now ${topic.partitions}`
    }
  }
  const names = new Set([...Object.keys(stored.settings), ...Object.keys(wanted.settings)])
  for (const name of names) {
    const [before, now] = [stored.settings[name], wanted.settings[name]]
    if (before !== now) return `--${name} ${before || '(not set)'}, now ${now || '(not set)'}`
  }
  return 'other formats (a headcount of another version)'
}

function fingerprint(record: Omit<AppRecord, 'fingerprint'>): string {
  const { version, app, topics, partialsPartitions, settings, formats } = record
  const bytes = utf8(
    JSON.stringify([
      version,
      app,
      topics.map(({ name, id, partitions }) => [name, id, partitions]),
      partialsPartitions,
      sortedEntries(settings),
      sortedEntries(formats)
    ])
  )
  return crc32c(bytes, 0, bytes.length).toString(16).padStart(8, '0')
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function sortedEntries<V>(values: Readonly<Record<string, V>>): [string, V][] {
  return Object.entries(values).sort(([left], [right]) => (left < right ? -1 : 1))
}

function damaged(problem: string, cause?: unknown): Error {
  return failure('format-damaged', { format: 'app record', problem }, cause)
}
