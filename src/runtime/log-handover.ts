import type { Flush } from '../combine/combiner.ts'
import { partitionOfGroup } from '../combine/group.ts'
import { encodeMark, type Mark } from '../combine/mark.ts'
import { encodePartial, type Partial } from '../combine/partial.ts'
import { utf8 } from '../core/bytes.ts'
import { encodeReject } from '../core/reject.ts'
import type { AppLog, CommittedOffset, Membership, OutRecord } from '../port/log.ts'
import type { Handover } from './handover.ts'

/**
 * Partials, marks and rejects to the app's topics, then the input offset with the clock's state.
 * Everything before the offset is acked first, so a crash repeats work and loses none.
 */
export class LogHandover implements Handover {
  private readonly log: AppLog
  private readonly membership: Membership

  constructor(log: AppLog, membership: Membership) {
    this.log = log
    this.membership = membership
  }

  async deliver(flushes: readonly Flush[]): Promise<void> {
    const partialPartitions = this.log.partitions('partials')
    const sorted = flushes.map(flush => ({
      mark: flush.mark,
      partials: byPartition(flush.partials, partialPartitions)
    }))
    const appends: Promise<void>[] = []
    for (let partition = 0; partition < partialPartitions; partition++) {
      const records = sorted.flatMap(flush => stageOneRecords(flush, partition))
      if (records.length > 0) appends.push(this.log.append('partials', partition, records))
    }
    appends.push(...this.appendRejects(flushes))
    await Promise.all(appends)
    await this.membership.commit(new Map(flushes.map(flush => offsetOf(flush))))
  }

  private appendRejects(flushes: readonly Flush[]): Promise<void>[] {
    const partitions = this.log.partitions('rejects')
    return flushes
      .filter(flush => flush.rejects.length > 0)
      .map(flush =>
        this.log.append(
          'rejects',
          flush.mark.range.partition % partitions,
          flush.rejects.map(reject => ({ key: null, value: utf8(encodeReject(reject)) }))
        )
      )
  }
}

interface SortedFlush {
  readonly mark: Mark
  readonly partials: ReadonlyMap<number, readonly Partial[]>
}

function byPartition(
  partials: readonly Partial[],
  partitions: number
): ReadonlyMap<number, readonly Partial[]> {
  if (partitions === 1) return new Map([[0, partials]])
  const sorted = new Map<number, Partial[]>()
  const known = new Map<string, number>()
  for (const partial of partials) {
    let partition = known.get(partial.group)
    if (partition === undefined) {
      partition = partitionOfGroup(partial.group, partitions)
      known.set(partial.group, partition)
    }
    const list = sorted.get(partition)
    if (list) list.push(partial)
    else sorted.set(partition, [partial])
  }
  return sorted
}

/** The partials of one flush, then its mark, for one partition of the partials topic. */
function stageOneRecords(flush: SortedFlush, partition: number): OutRecord[] {
  const partials = flush.partials.get(partition) ?? []
  const records = partials.flatMap(partial =>
    encodePartial(partial).map(value => ({ key: null, value }))
  )
  records.push({ key: null, value: encodeMark(flush.mark, partition === 0) })
  return records
}

function offsetOf(flush: Flush): [number, CommittedOffset] {
  const { range, clockState } = flush.mark
  const metadata = Buffer.from(clockState).toString('base64')
  return [range.partition, { offset: range.to, metadata }]
}
