import { type Acceptance, acceptTopic } from '../../app/input-decision.ts'
import type { FoundTopic } from '../../app/input-growth.ts'
import { combineGroup } from '../../app/names.ts'
import type { AppRecord } from '../../app/record.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import { GroupAdmin } from '../../kafka/group/group-admin.ts'
import { StoredAppRecord } from '../../kafka-app/stored-record.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import type { Command, CommandContext } from '../command.ts'
import { confirm } from '../confirmation.ts'
import { withApp } from './app-connection.ts'
import { refuseRunning } from './app-groups.ts'

export const appAcceptTopic: Command = {
  name: 'accept-topic',
  summary: 'count a topic that was deleted and made again, from its beginning',
  options: ['app', 'topic', 'key', 'dry-run', 'yes', ...connectionOptions],
  arguments: [{ name: 'topic', description: 'input topic as it is now', required: true }],
  examples: [
    'headcount app accept-topic events --topic events --key uid --dry-run',
    'headcount app accept-topic clicks --app users --yes'
  ],
  run: context => withApp(context, (cluster, record) => accept(context, cluster, record))
}

const MEANING: Readonly<Record<Exclude<Acceptance, 'counted'>, string>> = {
  resumed: 'counted again, from where it stood when it was retired',
  replaced: 'counted from its beginning; what was counted of the old one stays, beside it'
}

async function accept(
  context: CommandContext,
  cluster: Cluster,
  record: AppRecord
): Promise<number> {
  const { options, args, stdout, stderr } = context
  const { app } = record
  const [topic = ''] = args
  await refuseRunning(cluster, app)
  const { id, partitions } = await cluster.topic(topic)
  const found: FoundTopic = { name: topic, id, partitions: partitions.length }
  const { acceptance } = acceptTopic(record, found)
  if (acceptance === 'counted') {
    await stderr.line(`${topic} is the topic that ${app} counts: nothing to accept`)
    return 0
  }
  await stdout.line(`topic ${topic} (id ${id}): ${MEANING[acceptance]}`)
  if (options.get('dry-run')) {
    await stderr.line('a dry run: nothing was changed')
    return 0
  }
  const question = `Count this topic ${topic} in app ${app} on ${cluster.address}?`
  if (!(await confirm(context, question, `accepting topic ${topic}`))) {
    await stderr.line(`${topic} is not counted`)
    return 1
  }
  // First: where the old one stood means nothing in the new one.
  if (acceptance === 'replaced') {
    await new GroupAdmin(cluster).deleteOffsets(combineGroup(app), topic, found.partitions)
  }
  const control = new StoredAppRecord(cluster, app)
  await control.settle(stored => acceptTopic(stored ?? record, found).record)
  await stdout.line(`accepted ${topic}; start the count again as before`)
  return 0
}
