import { countedSizes } from '../../app/added-sizes.ts'
import { combineGroup, topicOf } from '../../app/names.ts'
import type { AppRecord } from '../../app/record.ts'
import { isFailure } from '../../core/errors.ts'
import { formatCount } from '../../core/units.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import { GroupAdmin } from '../../kafka/group/group-admin.ts'
import { TopicAdmin } from '../../kafka/topic/topic-admin.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import type { Command, CommandContext } from '../command.ts'
import { formatTable } from '../text-table.ts'
import { formatOf, withCluster } from './app-connection.ts'
import { describeGroups, isRunning } from './app-groups.ts'
import { possibleApps } from './app-names.ts'
import { offsetSpans } from './offset-spans.ts'
import { findAppRecord } from './stored-app.ts'

/** Apps that are looked at together: each opens connections of its own. */
const AT_ONCE = 4

/** One line of the list. */
interface AppSummary {
  readonly app: string
  readonly topics: readonly string[]
  readonly partitions: number
  readonly key: string
  readonly by: string
  readonly windows: string
  readonly running: boolean
  /** Records still to be read; null when an input topic is gone. */
  readonly lag: number | null
}

export const appList: Command = {
  name: 'list',
  summary: 'list the apps on the cluster',
  options: ['format', ...connectionOptions],
  examples: ['headcount app list', 'headcount app list --format jsonl'],
  run: context => withCluster(context, cluster => list(context, cluster))
}

async function list(context: CommandContext, cluster: Cluster): Promise<number> {
  const { stdout, stderr } = context
  const names = await possibleApps(cluster)
  const found: AppSummary[] = []
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const together = names.slice(at, at + AT_ONCE)
    const apps = await Promise.all(together.map(app => summarise(context, cluster, app)))
    found.push(...apps.filter(each => each !== undefined))
  }
  const format = formatOf(context)
  if (format === 'jsonl') {
    for (const app of found) await stdout.line(JSON.stringify(app))
  } else if (found.length === 0 && stdout.isTerminal) {
    await stderr.line('no apps; start one with: headcount count --topic … --key …')
  } else {
    const head = ['app', 'input', 'partitions', 'key', 'by', 'windows', 'state', 'lag']
    await stdout.write(formatTable(head, found.map(rowOf), format, stdout))
  }
  return 0
}

/** Undefined for a topic that only has such a name; one that cannot be read is named. */
async function summarise(
  { signal, stderr }: CommandContext,
  cluster: Cluster,
  app: string
): Promise<AppSummary | undefined> {
  try {
    const record = await findAppRecord(cluster, app, signal)
    return record && (await summaryOf(cluster, record))
  } catch (error) {
    // Deleted since the names were read.
    if (!(await new TopicAdmin(cluster).find(topicOf(app, 'control')))) return undefined
    if (!isFailure(error, 'app-record-foreign', 'broker-denied')) throw error
    await stderr.line(`${app}: ${error.message} [${error.code}]`)
    return undefined
  }
}

async function summaryOf(cluster: Cluster, record: AppRecord): Promise<AppSummary> {
  const { app, settings } = record
  const topics = record.topics.filter(({ retired }) => !retired)
  const [groups, lags] = await Promise.all([
    describeGroups(cluster, app),
    Promise.all(topics.map(({ name }) => lagOf(cluster, app, name)))
  ])
  return {
    app,
    topics: topics.map(({ name }) => name),
    partitions: topics.reduce((sum, { partitions }) => sum + partitions, 0),
    key: settings.key ?? '',
    by: settings.by ?? '',
    windows: countedSizes(record).join(','),
    running: isRunning(groups),
    lag: lags.every(lag => lag !== undefined) ? lags.reduce((sum, lag) => sum + lag, 0) : null
  }
}

async function lagOf(cluster: Cluster, app: string, topic: string): Promise<number | undefined> {
  try {
    const spans = await offsetSpans(cluster, topic)
    const stored = await new GroupAdmin(cluster).offsets(combineGroup(app), topic, [
      ...spans.keys()
    ])
    return [...spans].reduce(
      (sum, [partition, { start, end }]) =>
        sum + Math.max(0, end - (stored.get(partition)?.offset ?? start)),
      0
    )
  } catch (error) {
    if (isFailure(error, 'topic-missing')) return undefined
    throw error
  }
}

function rowOf({ app, topics, partitions, key, by, windows, running, lag }: AppSummary): string[] {
  const state = running ? 'running' : 'stopped'
  const behind = lag === null ? 'input is gone' : formatCount(lag)
  return [app, topics.join(' '), String(partitions), key, by, windows, state, behind]
}
