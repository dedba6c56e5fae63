/** provisional* → final → corrected*, never back. */
export type ResultStatus = 'provisional' | 'final' | 'corrected'

/** What closed a window: the watermark, time passing while nothing came, or the end of the input. */
export type ClosedBy = 'watermark' | 'idle' | 'end'

/** One emission, as it stands in `<app>-counts` (docs/formats/result-record.md). */
export interface ResultRecord {
  /** Size of the window in canonical form: `1m`, `1h`, `1d`. */
  readonly window: string
  /** Start, inclusive; `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly start: string
  /** End, exclusive. */
  readonly end: string
  readonly zone: string
  /** Values of the `--by` fields; null without groups. */
  readonly group: Readonly<Record<string, unknown>> | null
  /** Distinct keys: the estimate, with `low ≤ uniques ≤ high` at `confidence`. */
  readonly uniques: number
  readonly low: number
  readonly high: number
  readonly confidence: number
  readonly method: string
  readonly precision: number
  /** Frames counted in the window, and how many of them were late in their partition. */
  readonly frames: number
  readonly late: number
  readonly status: ResultStatus
  /** Rises with each emission of the window; the highest one is the truth. */
  readonly revision: number
  readonly closedBy?: ClosedBy
  readonly emittedAt: string
}

/** Record key: `<size>|<start>|<group>`. These bytes are frozen: compaction depends on them. */
export function resultKey(record: Pick<ResultRecord, 'window' | 'start' | 'group'>): string {
  const group = record.group === null ? 'null' : JSON.stringify(Object.values(record.group))
  return `${record.window}|${record.start}|${group}`
}

/** `YYYY-MM-DDTHH:MM:SSZ`: the form of times in keys and records. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -5)}Z`
}

const STATUSES: readonly string[] = ['provisional', 'final', 'corrected']

/** Reads a record back; undefined when the JSON is not one of ours. */
export function parseResult(json: string): ResultRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined
  }
  return isResult(value) ? value : undefined
}

function isResult(value: unknown): value is ResultRecord {
  if (typeof value !== 'object' || value === null) return false
  const record = value as Partial<Record<keyof ResultRecord, unknown>>
  return (
    ['window', 'start', 'end', 'zone', 'method', 'emittedAt'].every(
      name => typeof record[name as keyof ResultRecord] === 'string'
    ) &&
    ['uniques', 'low', 'high', 'confidence', 'precision', 'frames', 'late', 'revision'].every(
      name => Number.isFinite(record[name as keyof ResultRecord])
    ) &&
    typeof record.group === 'object' &&
    STATUSES.includes(String(record.status))
  )
}
