import { retireTopic } from '../../app/input-decision.ts'
import { combineGroup } from '../../app/names.ts'
import type { AppRecord } from '../../app/record.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import { GroupAdmin } from '../../kafka/group/group-admin.ts'
import { TopicAdmin } from '../../kafka/topic/topic-admin.ts'
import { StoredAppRecord } from '../../kafka-app/stored-record.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import type { Command, CommandContext } from '../command.ts'
import { confirm } from '../confirmation.ts'
import { withApp } from './app-connection.ts'
import { refuseRunning } from './app-groups.ts'

export const appRetireTopic: Command = {
  name: 'retire-topic',
  summary: 'stop counting a topic of an app, so that its windows no longer wait for it',
  options: ['app', 'topic', 'key', 'dry-run', 'yes', ...connectionOptions],
  arguments: [{ name: 'topic', description: 'input topic to give up', required: true }],
  examples: [
    'headcount app retire-topic clicks --app users --dry-run',
    'headcount app retire-topic clicks --app users --yes'
  ],
  run: context => withApp(context, (cluster, record) => retire(context, cluster, record))
}

async function retire(
  context: CommandContext,
  cluster: Cluster,
  record: AppRecord
): Promise<number> {
  const { options, args, stdout, stderr } = context
  const { app } = record
  const [topic = ''] = args
  await refuseRunning(cluster, app)
  retireTopic(record, topic)
  await stdout.line(`topic ${topic}: counted no more; what was counted of it stays`)
  await stdout.line(`windows of ${app} close without waiting for it`)
  if (options.get('dry-run')) {
    await stderr.line('a dry run: nothing was changed')
    return 0
  }
  const question = `Stop counting topic ${topic} in app ${app} on ${cluster.address}?`
  if (!(await confirm(context, question, `retiring topic ${topic}`))) {
    await stderr.line(`${topic} is still counted`)
    return 1
  }
  // First, so that a topic made under this name later never starts where this one stood.
  const there = await new TopicAdmin(cluster).find(topic)
  if (there) {
    const { length } = there.partitions
    await new GroupAdmin(cluster).deleteOffsets(combineGroup(app), topic, length)
  }
  const control = new StoredAppRecord(cluster, app)
  await control.settle(stored => retireTopic(stored ?? record, topic))
  await stdout.line(`retired ${topic}; start the count again without it`)
  return 0
}
