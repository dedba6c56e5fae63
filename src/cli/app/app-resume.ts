import { combineGroup } from '../../app/names.ts'
import type { AppRecord, RecordedTopic } from '../../app/record.ts'
import { planResume, type ResumeStep } from '../../app/resume.ts'
import { failure } from '../../core/errors.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import { GroupAdmin } from '../../kafka/group/group-admin.ts'
import { TopicAdmin } from '../../kafka/topic/topic-admin.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import type { Command, CommandContext } from '../command.ts'
import { formatTable } from '../text-table.ts'
import { formatOf, withApp } from './app-connection.ts'
import { refuseRunning } from './app-groups.ts'
import { type OffsetSpan, offsetSpans } from './offset-spans.ts'
import { readInputMarks } from './stored-app.ts'

export const appResume: Command = {
  name: 'resume',
  summary: 'set the input offsets of an app back to where its newest marks end',
  options: ['app', 'topic', 'key', 'dry-run', 'format', ...connectionOptions],
  examples: [
    'headcount app resume --topic events --key uid --dry-run',
    'headcount app resume --app users'
  ],
  run: context => withApp(context, (cluster, record) => resume(context, cluster, record))
}

interface TopicSteps {
  readonly topic: string
  readonly spans: ReadonlyMap<number, OffsetSpan>
  readonly steps: readonly ResumeStep[]
}

async function resume(
  context: CommandContext,
  cluster: Cluster,
  record: AppRecord
): Promise<number> {
  const { options, signal, stderr } = context
  await refuseRunning(cluster, record.app)
  stderr.status.show(`reading the marks of ${record.app}`)
  const plans = await planTopics(cluster, record, signal).finally(() => stderr.status.clear())
  await print(context, plans)
  const changes = plans.flatMap(({ steps }) => steps.filter(({ action }) => action === 'set'))
  const partitions = `${changes.length} partition${changes.length === 1 ? '' : 's'}`
  if (changes.length === 0) {
    await stderr.line(`${record.app} stands where its marks end: nothing to set`)
  } else if (options.get('dry-run')) {
    await stderr.line(`a dry run: the offsets of ${partitions} would be set`)
  } else {
    for (const plan of plans) await apply(cluster, record.app, plan)
    await stderr.line(`set the offsets of ${partitions}; start the count again as before`)
  }
  return 0
}

async function planTopics(
  cluster: Cluster,
  record: AppRecord,
  signal: AbortSignal
): Promise<readonly TopicSteps[]> {
  const { app } = record
  const group = combineGroup(app)
  const admin = new GroupAdmin(cluster)
  const known = await Promise.all(
    (await topicsThere(cluster, record)).map(async ({ name, id }) => {
      if ((await cluster.topic(name)).id !== id)
        throw failure('app-input-other', { topic: name, app })
      const spans = await offsetSpans(cluster, name)
      // A transaction that is still open may bring another mark: its end is waited for.
      const stored = await admin.settledOffsets(group, name, [...spans.keys()])
      return { name, id, spans, stored }
    })
  )
  const marks = await readInputMarks(cluster, app, signal)
  return known.map(({ name, id, spans, stored }) => ({
    topic: name,
    spans,
    steps: planResume(id, [...spans.keys()], stored, marks)
  }))
}

/** Those that are counted and not gone: a start reads no others. */
async function topicsThere(
  cluster: Cluster,
  { topics }: AppRecord
): Promise<readonly RecordedTopic[]> {
  const admin = new TopicAdmin(cluster)
  const there: RecordedTopic[] = []
  for (const topic of topics) {
    if (!topic.retired && (await admin.find(topic.name))) there.push(topic)
  }
  return there
}

async function apply(cluster: Cluster, app: string, { topic, steps }: TopicSteps): Promise<void> {
  const targets = new Map(
    steps.flatMap(({ partition, target, action }) =>
      target && action === 'set' ? [[partition, target] as const] : []
    )
  )
  if (targets.size === 0) return
  await new GroupAdmin(cluster).setOffsets(combineGroup(app), topic, targets)
}

async function print(context: CommandContext, plans: readonly TopicSteps[]): Promise<void> {
  const { stdout } = context
  const rows = plans.flatMap(({ topic, spans, steps }) =>
    steps.map(({ partition, stored, target, action }) => ({
      topic,
      partition,
      stored: stored?.offset ?? null,
      marked: target?.offset ?? null,
      action,
      trouble: troubleOf(target?.offset, spans.get(partition)!)
    }))
  )
  const format = formatOf(context)
  if (format === 'jsonl') {
    for (const row of rows) await stdout.line(JSON.stringify(row))
    return
  }
  const head = ['input', 'partition', 'stored', 'marked', 'action', 'trouble']
  const cells = rows.map(row => Object.values(row).map(value => String(value ?? '')))
  await stdout.write(formatTable(head, cells, format, stdout))
}

/** Why a start refuses to go on there, whatever the offset. */
function troubleOf(target: number | undefined, { start, end }: OffsetSpan): string | null {
  if (target === undefined) return null
  if (target < start) return `offsets before ${start} are gone`
  return target > end ? `the topic ends at ${end}` : null
}
