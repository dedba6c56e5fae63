import { text, utf8 } from '../core/bytes.ts'
import { crc32c } from '../core/crc32c.ts'
import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'

/** Version of every format that an app's topics hold; a change refuses older state by name. */
const FORMATS: Readonly<Record<string, number>> = {
  partial: 1,
  mark: 3,
  state: 3,
  sketch: 1,
  clock: 2,
  result: 1
}

const VERSION = 3

/** An input topic, as an app record knows it. */
export interface RecordedTopic {
  readonly name: string
  /** A topic made again under the same name has another one. */
  readonly id: string
  readonly partitions: number
  /** How many of them were there when the app began; later ones are read from their beginning. */
  readonly begunWith: number
  /** Not counted any more; it keeps its place in the list. */
  readonly retired: boolean
}

/**
 * What an app is: every option that shapes its state, and its input. Written to `<app>-control` by
 * whoever comes first; everybody else must have the same options. The input may grow, by whoever
 * notices first: topics are appended, their partitions get more; and sizes may be added
 * (docs/formats/app-record.md).
 */
export interface AppRecord {
  readonly version: typeof VERSION
  readonly app: string
  readonly topics: readonly RecordedTopic[]
  readonly partialsPartitions: number
  /** Window sizes that were added since, in that order; `settings` has those of the beginning. */
  readonly added: readonly string[]
  /** Options that shape the state, by their long names. */
  readonly settings: Readonly<Record<string, string>>
  readonly formats: Readonly<Record<string, number>>
  /** CRC-32C of everything that can't change, in hexadecimal: equal apps, equal fingerprint. */
  readonly fingerprint: string
}

export const appRecordKey: Uint8Array = utf8('app')

export function createAppRecord(
  parts: Omit<AppRecord, 'version' | 'formats' | 'fingerprint' | 'added'> & Partial<AppRecord>,
  formats: AppRecord['formats'] = FORMATS
): AppRecord {
  const { app, topics, partialsPartitions, settings, added = [] } = parts
  const record = {
    version: VERSION,
    app,
    topics,
    partialsPartitions,
    added,
    settings,
    formats
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
  const record = latest(value as AppRecord)
  if (record.version !== VERSION) {
    const found = String(record.version)
    throw failure('format-version', { format: 'app record', found, known: VERSION })
  }
  if (
    typeof record.app !== 'string' ||
    !isObject(record.settings) ||
    !isObject(record.formats) ||
    record.fingerprint !== fingerprint(record)
  ) {
    throw damaged('its fields do not belong together')
  }
  if (!Array.isArray(record.topics) || !record.topics.every(isTopic) || !areDistinct(record)) {
    throw damaged('its topics make no sense')
  }
  if (!areSizes(record.added)) throw damaged('the sizes that were added make no sense')
  return record
}

/** Version 1 had a fixed input, all of it there when the app began; version 2 had no added sizes. */
function latest(value: AppRecord | EarlierVersion): AppRecord {
  if (value.version === VERSION || !EARLIER.includes(value.version)) return value as AppRecord
  const { version, app, partialsPartitions, settings, formats } = value
  const topics: unknown = value.topics
  const before = Array.isArray(topics) && topics.every(isObject) ? value.topics : []
  const fields = before.map(({ name, id, partitions }) => [name, id, partitions])
  const parts = { app, partialsPartitions, settings, formats }
  if (!isObject(settings) || !isObject(formats)) throw damaged('fields are missing')
  const input = version === 1 ? [fields] : []
  if (value.fingerprint !== checksum([version, app, ...input, ...shape(parts)])) {
    throw damaged('its fields do not belong together')
  }
  const now = before.map(topic => ({ begunWith: topic.partitions, retired: false, ...topic }))
  return createAppRecord({ ...parts, topics: now }, formats)
}

const EARLIER: readonly number[] = [1, 2]

interface EarlierVersion extends Omit<AppRecord, 'version' | 'topics' | 'added'> {
  readonly version: 1 | 2
  readonly topics: readonly (Pick<RecordedTopic, 'name' | 'id' | 'partitions'> &
    Partial<RecordedTopic>)[]
}

function areSizes(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length < limits.windowSizesMax &&
    value.every(size => typeof size === 'string' && size !== '') &&
    new Set(value).size === value.length
  )
}

function isTopic(value: unknown): value is RecordedTopic {
  if (!isObject(value)) return false
  const { name, id, partitions, begunWith, retired } = value as RecordedTopic
  return (
    typeof name === 'string' &&
    typeof id === 'string' &&
    Number.isSafeInteger(partitions) &&
    partitions <= limits.inputPartitionsMax &&
    Number.isSafeInteger(begunWith) &&
    begunWith >= 0 &&
    begunWith <= partitions &&
    typeof retired === 'boolean'
  )
}

/** A name stands for one topic that is counted, and for any number of retired ones. */
function areDistinct({ topics }: AppRecord): boolean {
  const active = topics.filter(({ retired }) => !retired)
  const names = new Set(active.map(({ name }) => name))
  const ids = new Set(topics.map(({ id }) => id))
  return names.size === active.length && ids.size === topics.length
}

/** Refuses to go on with an app that was started differently. @throws app-settings */
export function checkSameApp(stored: AppRecord, wanted: AppRecord): void {
  const difference = describeDifference(stored, wanted)
  if (difference) throw failure('app-settings', { app: wanted.app, difference })
}

function describeDifference(stored: AppRecord, wanted: AppRecord): string | undefined {
  if (stored.fingerprint === wanted.fingerprint) return undefined
  const names = new Set([...Object.keys(stored.settings), ...Object.keys(wanted.settings)])
  for (const name of names) {
    const [before, now] = [stored.settings[name], wanted.settings[name]]
    if (before !== now) return `--${name} ${before || '(not set)'}, now ${now || '(not set)'}`
  }
  return 'other formats (a headcount of another version)'
}

function fingerprint(record: Omit<AppRecord, 'fingerprint' | 'topics' | 'added'>): string {
  return checksum([record.version, record.app, ...shape(record)])
}

function shape(
  record: Pick<AppRecord, 'partialsPartitions' | 'settings' | 'formats'>
): readonly unknown[] {
  const { partialsPartitions, settings, formats } = record
  return [partialsPartitions, sortedEntries(settings), sortedEntries(formats)]
}

function checksum(fields: readonly unknown[]): string {
  const bytes = utf8(JSON.stringify(fields))
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
