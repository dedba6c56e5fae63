import { combineGroup, mergeGroup, topicOf } from '../../app/names.ts'
import type { AppRecord } from '../../app/record.ts'
import { appTopics } from '../../app/topics.ts'
import { formatCount } from '../../core/units.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import { GroupAdmin } from '../../kafka/group/group-admin.ts'
import { TopicAdmin } from '../../kafka/topic/topic-admin.ts'
import { deleteTopics } from '../../kafka/topic/topic-removal.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import type { Command, CommandContext } from '../command.ts'
import { confirmDeletion } from '../confirmation.ts'
import { withApp } from './app-connection.ts'
import { refuseRunning } from './app-groups.ts'
import { offsetSpans } from './offset-spans.ts'

export const appReset: Command = {
  name: 'reset',
  summary: 'delete what an app has stored, so that counting starts anew',
  options: ['app', 'topic', 'key', 'dry-run', 'yes', ...connectionOptions],
  examples: [
    'headcount app reset --topic events --key uid --dry-run',
    'headcount app reset --app users --yes'
  ],
  run: context => withApp(context, (cluster, record) => reset(context, cluster, record))
}

async function reset(
  context: CommandContext,
  cluster: Cluster,
  record: AppRecord
): Promise<number> {
  const { options, stdout, stderr } = context
  const { app } = record
  await refuseRunning(cluster, app)
  const topics = await ownTopics(cluster, record)
  const groups = [combineGroup(app), mergeGroup(app)]
  for (const { topic, offsets } of topics) {
    const records = `${formatCount(offsets)} record${offsets === 1 ? '' : 's'}`
    await stdout.line(`topic ${topic}, up to ${records}`)
  }
  for (const group of groups) await stdout.line(`group ${group} with its offsets`)
  const inputs = record.topics.map(({ name }) => name).join(', ')
  if (options.get('dry-run')) {
    await stderr.line(`a dry run: this would be deleted; the input stays (${inputs})`)
    return 0
  }
  const what = `these ${topics.length} topics and ${groups.length} groups of app ${app} on ${cluster.address}`
  if (!(await confirmDeletion(context, what))) {
    await stderr.line(`${app} is kept`)
    return 1
  }
  await remove(
    cluster,
    app,
    topics.map(({ topic }) => topic),
    groups
  )
  await stdout.line(`deleted app ${app}; the input stays (${inputs}), the next count begins anew`)
  return 0
}

/**
 * In an order that a crash may cut anywhere. Offsets without topics would make a new count skip what
 * they cover, so they go first; a start then goes on from the marks. The app record goes last: while
 * it is there, the same command can be given again.
 */
async function remove(
  cluster: Cluster,
  app: string,
  topics: readonly string[],
  groups: readonly string[]
): Promise<void> {
  const admin = new GroupAdmin(cluster)
  for (const group of groups) await admin.delete(group)
  const control = topicOf(app, 'control')
  await deleteTopics(
    cluster,
    topics.filter(topic => topic !== control)
  )
  await deleteTopics(cluster, [control])
}

/** The topics of the app that are there: one may have been deleted by an earlier, cut attempt. */
async function ownTopics(
  cluster: Cluster,
  { app, partialsPartitions }: AppRecord
): Promise<readonly { topic: string; offsets: number }[]> {
  const admin = new TopicAdmin(cluster)
  const found: { topic: string; offsets: number }[] = []
  for (const { log } of appTopics(partialsPartitions)) {
    const topic = topicOf(app, log)
    if (!(await admin.find(topic))) continue
    const spans = [...(await offsetSpans(cluster, topic)).values()]
    found.push({ topic, offsets: spans.reduce((sum, { start, end }) => sum + end - start, 0) })
  }
  return found
}
