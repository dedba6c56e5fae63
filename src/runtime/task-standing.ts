import type { AppLog, CommittedOffset } from '../port/log.ts'
import type { SharedSource } from '../port/source.ts'
import { newestMark } from './newest-mark.ts'

/** Where a task goes on. */
export interface TaskStanding {
  readonly position: number
  readonly clockState: Uint8Array | undefined
  /** Of the record before the position, where it is known. */
  readonly leaderEpoch: number | undefined
  /** For people, where it is not simply the stored offset. */
  readonly note: string | undefined
  /** True when the partition has been read before, by whomever. */
  readonly isResumed: boolean
}

export interface TaskStandingParts {
  readonly source: SharedSource
  readonly log: AppLog
  /** First offset to read of a partition nobody has read before; of a new one the first there is. */
  startOf(partition: number, isNew: boolean): Promise<number>
  /** For the notes: what a first start begins with. */
  readonly from: string
}

/**
 * The stored offset with its clock; without one the newest mark; else where a first start begins, or
 * the beginning of a partition that is newer than the app.
 */
export async function taskStanding(
  parts: TaskStandingParts,
  slot: number,
  stored: CommittedOffset | undefined
): Promise<TaskStanding> {
  const { source, log, from } = parts
  if (stored) {
    const { offset: position, leaderEpoch, metadata } = stored
    const clockState = Uint8Array.from(Buffer.from(metadata, 'base64'))
    return { position, clockState, leaderEpoch, note: undefined, isResumed: true }
  }
  const { input, partition } = source.inputs.place(slot)
  const name = source.inputs.describe(slot)
  const mark = await newestMark(log, input.id, partition)
  if (mark) {
    const { clockState, leaderEpoch, range } = mark
    const note = `${name} goes on at its newest mark, offset ${range.to}`
    return { position: range.to, clockState, leaderEpoch, note, isResumed: true }
  }
  const isNew = partition >= input.begunWith
  const note = isNew
    ? `${name} is new: reading it from its beginning`
    : `first start: reading ${name} from ${from}`
  const position = await parts.startOf(slot, isNew)
  return { position, clockState: undefined, leaderEpoch: undefined, note, isResumed: false }
}
