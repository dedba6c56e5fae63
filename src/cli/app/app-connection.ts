import type { AppRecord } from '../../app/record.ts'
import { Cluster } from '../../kafka/connection/cluster.ts'
import type { CommandContext } from '../command.ts'
import { untilAborted } from '../interruption.ts'
import { kafkaSettings } from '../kafka-settings.ts'
import { namedApp } from './app-names.ts'
import { readAppRecord } from './stored-app.ts'

/** Connects, works, and closes whatever happens; the work's number is the exit status. */
export function withCluster(
  context: CommandContext,
  work: (cluster: Cluster) => Promise<number>
): Promise<number> {
  return untilAborted(connectAndWork(context, work), context.signal)
}

async function connectAndWork(
  { options, folder }: CommandContext,
  work: (cluster: Cluster) => Promise<number>
): Promise<number> {
  const cluster = await Cluster.connect(kafkaSettings(options, folder))
  try {
    return await work(cluster)
  } finally {
    await cluster.close()
  }
}

/** `withCluster` for the app that is named, and exists: its name is judged before anybody connects. */
export function withApp(
  context: CommandContext,
  work: (cluster: Cluster, record: AppRecord) => Promise<number>
): Promise<number> {
  const app = namedApp(context)
  return withCluster(context, async cluster =>
    work(cluster, await readAppRecord(cluster, app, context.signal))
  )
}

/** `auto` is a table on a terminal and JSON otherwise. */
export function formatOf({ options, stdout }: CommandContext): 'table' | 'jsonl' | 'csv' {
  const format = options.get('format')
  return format === 'auto' ? (stdout.isTerminal ? 'table' : 'jsonl') : format
}
