import { topicOf } from '../../src/app/names.ts'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'
import { KafkaAppLog } from '../../src/kafka/fetch/app-log.ts'
import type { InRecord, LogName } from '../../src/port/log.ts'

/** The topics of an app that somebody else runs. */
export function appLog(cluster: Cluster, app: string): Promise<KafkaAppLog> {
  const topics = {
    partials: topicOf(app, 'partials'),
    windows: topicOf(app, 'windows'),
    counts: topicOf(app, 'counts'),
    rejects: topicOf(app, 'rejects'),
    control: topicOf(app, 'control')
  }
  return KafkaAppLog.open(cluster, { topics })
}

/** Everything in a partition that is committed by now, in order. */
export async function committedRecords(
  log: KafkaAppLog,
  name: LogName,
  partition: number
): Promise<InRecord[]> {
  const { end } = await log.bounds(name, partition)
  const reader = await log.read(name, partition, 'start')
  const records: InRecord[] = []
  while (reader.position < end) records.push(...(await reader.poll(5_000)))
  await reader.close()
  return records
}
