import type { Flush } from '../combine/combiner.ts'
import { encodeMark } from '../combine/mark.ts'
import { encodePartial } from '../combine/partial.ts'
import { utf8 } from '../core/bytes.ts'
import { encodeReject } from '../core/reject.ts'
import type { AppLog, CommittedOffset, Membership, OutRecord } from '../port/log.ts'
import { sketchChunks } from '../sketch/chunks.ts'
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
    const appends: Promise<void>[] = []
    for (let partition = 0; partition < partialPartitions; partition++) {
      const records = flushes.flatMap(flush => stageOneRecords(flush, partition))
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

/** The partials of one flush, then its mark, for one partition of the partials topic. */
function stageOneRecords(flush: Flush, partition: number): OutRecord[] {
  // Without groups everything belongs to partition 0; the marks go to all of them.
  const partials = partition === 0 ? flush.partials : []
  const records = partials.flatMap(partial =>
    encodePartial(partial, sketchChunks(partial.sketch)).map(value => ({ key: null, value }))
  )
  records.push({ key: null, value: encodeMark(flush.mark, partition === 0) })
  return records
}

function offsetOf(flush: Flush): [number, CommittedOffset] {
  const { range, clockState } = flush.mark
  const metadata = Buffer.from(clockState).toString('base64')
  return [range.partition, { offset: range.to, metadata }]
}
