import type { InputMarks } from '../merge/input-marks.ts'
import type { CommittedOffset } from '../port/log.ts'

/** What `app resume` does with an input partition. */
export interface ResumeStep {
  readonly partition: number
  /** What the consumer group has stored. */
  readonly stored: CommittedOffset | undefined
  /** What it has to be; undefined where no mark says so. */
  readonly target: CommittedOffset | undefined
  /** `set` it, it `fits`, or there is `no-mark`: the partition begins where `--from` says. */
  readonly action: 'set' | 'fits' | 'no-mark'
}

/**
 * Where each partition of a topic has to go on: at the end of its newest contiguous mark, with the
 * clock of that mark as commit metadata, as a flush writes them (protocol, "Stage 1: a flush").
 */
export function planResume(
  source: string,
  partitions: readonly number[],
  stored: ReadonlyMap<number, CommittedOffset>,
  marks: InputMarks
): readonly ResumeStep[] {
  return partitions.map(partition => {
    const before = stored.get(partition)
    const mark = marks.view(source, partition)?.mark
    if (!mark) return { partition, stored: before, target: undefined, action: 'no-mark' }
    const metadata = Buffer.from(mark.clockState).toString('base64')
    const epoch = mark.leaderEpoch === undefined ? {} : { leaderEpoch: mark.leaderEpoch }
    const target = { offset: mark.range.to, metadata, ...epoch }
    const fits = before?.offset === target.offset && before.metadata === metadata
    return { partition, stored: before, target, action: fits ? 'fits' : 'set' }
  })
}
