import { isGroup, type ResultGroup } from './result-group.ts'

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
  /** IANA zone of the run, whose local time the grid follows. `start` and `end` are UTC all the same. */
  readonly zone: string
  /** Values of the `--by` fields, `{"other":N}`, or null for the total and without groups. */
  readonly group: ResultGroup
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
  /** Frames that the window may lack at most, because input was gone; absent where none are known. */
  readonly lost?: number
  readonly status: ResultStatus
  /** Rises with each emission of the window; the highest one is the truth. */
  readonly revision: number
  readonly closedBy?: ClosedBy
  /** With `--audit`, where this window was chosen: its exact number of distinct keys. */
  readonly audit?: { readonly exact: number }
  readonly emittedAt: string
}

/** A result on its way out, with its record key. */
export interface Emission {
  readonly key: string
  readonly record: ResultRecord
}

/**
 * Record key: `<size>|<start>|<group>`. These bytes are frozen: compaction depends on them. `group`
 * are the bytes that stage 1 made of the frame (event time, section 5), never made again from values:
 * the texts of equal numbers differ.
 */
export function resultKey(record: Pick<ResultRecord, 'window' | 'start'>, group: string): string {
  return `${record.window}|${record.start}|${group}`
}

/** `YYYY-MM-DDTHH:MM:SSZ`: the form of times in keys and records. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -5)}Z`
}

const STATUSES: readonly unknown[] = ['provisional', 'final', 'corrected']
const CLOSINGS: readonly unknown[] = [undefined, 'watermark', 'idle', 'end']

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
    isGroup(record.group) &&
    STATUSES.includes(record.status) &&
    CLOSINGS.includes(record.closedBy) &&
    isAudit(record.audit) &&
    (record.lost === undefined || Number.isFinite(record.lost))
  )
}

function isAudit(value: unknown): boolean {
  if (value === undefined) return true
  return (
    typeof value === 'object' &&
    value !== null &&
    Number.isFinite((value as { exact?: unknown }).exact)
  )
}
