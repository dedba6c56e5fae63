import type { Flush } from '../combine/combiner.ts'
import { partitionOfGroup } from '../combine/group.ts'
import { encodeMark } from '../combine/mark.ts'
import { encodePartial, type Partial } from '../combine/partial.ts'
import { utf8 } from '../core/bytes.ts'
import { encodeReject } from '../core/reject.ts'
import type { LogName, OutRecord } from '../port/log.ts'
import type { Append, TransactionWork } from '../port/transaction.ts'

/**
 * What one flush writes, in one transaction (protocol, stage 1): its partials, then a mark to every
 * partition of partials, rejects, and the input offset with the clock's state.
 */
export function flushWork(
  { partials, mark, rejects }: Flush,
  partitions: (log: LogName) => number
): TransactionWork {
  const count = partitions('partials')
  const sorted = byPartition(partials, count)
  const plain = encodeMark(mark, false)
  const appends: Append[] = []
  for (let partition = 0; partition < count; partition++) {
    const records: OutRecord[] = (sorted.get(partition) ?? []).flatMap(partial =>
      encodePartial(partial).map(value => ({ key: null, value }))
    )
    records.push({ key: null, value: partition === 0 ? encodeMark(mark, true) : plain })
    appends.push({ log: 'partials', partition, records })
  }
  if (rejects.length > 0) {
    const partition = mark.range.partition % partitions('rejects')
    const records = rejects.map(reject => ({ key: null, value: utf8(encodeReject(reject)) }))
    appends.push({ log: 'rejects', partition, records })
  }
  const metadata = Buffer.from(mark.clockState).toString('base64')
  const { leaderEpoch } = mark
  const epoch = leaderEpoch === undefined ? {} : { leaderEpoch }
  return { appends, offset: { offset: mark.range.to, metadata, ...epoch } }
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
