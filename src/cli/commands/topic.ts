import type { TopicAdmin, TopicDescription } from '../../kafka/topic/topic-admin.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import type { Command, CommandContext, CommandGroup } from '../command.ts'
import { confirmDeletion } from '../confirmation.ts'
import { untilAborted } from '../interruption.ts'
import { kafkaSettings } from '../kafka-settings.ts'
import { formatTable } from '../text-table.ts'

const nameArgument = { name: 'topic', description: 'name of the topic', required: true }

const create: Command = {
  name: 'create',
  summary: 'create a topic',
  options: ['partitions', 'replication', 'topic-config', ...connectionOptions],
  arguments: [nameArgument],
  examples: [
    'headcount topic create events --partitions 8',
    'headcount topic create users --topic-config cleanup.policy=compact --replication 3'
  ],
  run: context =>
    withAdmin(context, async (admin, address) => {
      const { options, stdout } = context
      const replicas = options.get('replication')
      const topic = await admin.create({
        name: context.args[0]!,
        partitions: options.get('partitions'),
        ...(replicas === undefined ? {} : { replicas }),
        configs: Object.fromEntries(options.get('topic-config') ?? [])
      })
      const count = plural(topic.partitions.length, 'partition')
      await stdout.line(`created topic ${topic.name} with ${count} on ${address}`)
      return 0
    })
}

const list: Command = {
  name: 'list',
  summary: 'list the topics',
  options: ['internal', 'format', ...connectionOptions],
  examples: ['headcount topic list', 'headcount topic list --internal --format jsonl'],
  run: context =>
    withAdmin(context, async admin => {
      const internal = context.options.get('internal')
      const names = (await admin.list()).filter(name => internal || !name.startsWith('__'))
      const format = formatOf(context)
      if (format === 'jsonl') {
        for (const topic of names) await context.stdout.line(JSON.stringify({ topic }))
      } else if (names.length === 0 && context.stdout.isTerminal) {
        await context.stderr.line('no topics; create one with: headcount topic create <topic>')
      } else {
        const rows = names.map(name => [name])
        await context.stdout.write(formatTable(['topic'], rows, format, context.stdout))
      }
      return 0
    })
}

const describe: Command = {
  name: 'describe',
  summary: 'show partitions, offsets and settings of a topic',
  options: ['format', ...connectionOptions],
  arguments: [nameArgument],
  examples: ['headcount topic describe events', 'headcount topic describe events --format jsonl'],
  run: context =>
    withAdmin(context, async admin => {
      const topic = await admin.describe(context.args[0]!)
      const format = formatOf(context)
      await context.stdout.write(
        format === 'jsonl' ? `${JSON.stringify(topic)}\n` : describeTopic(topic, format, context)
      )
      return 0
    })
}

const remove: Command = {
  name: 'delete',
  summary: 'delete a topic with everything in it',
  options: ['yes', ...connectionOptions],
  arguments: [nameArgument],
  examples: ['headcount topic delete events', 'headcount topic delete events --yes'],
  run: context =>
    withAdmin(context, async (admin, address) => {
      const name = context.args[0]!
      const { partitions } = await admin.describe(name)
      const records = partitions.reduce((sum, { start, end }) => sum + end - start, 0)
      const what = `topic ${name} with up to ${plural(records, 'record')} on ${address}`
      if (!(await confirmDeletion(context, what))) {
        await context.stderr.line(`${name} is kept`)
        return 1
      }
      await admin.delete(name)
      await context.stdout.line(`deleted topic ${name} on ${address}`)
      return 0
    })
}

export const topicCommand: CommandGroup = {
  name: 'topic',
  summary: 'create, list, describe and delete topics',
  commands: [create, list, describe, remove]
}

/** Connects, works, and closes whatever happens; the work's number is the exit status. */
function withAdmin(
  context: CommandContext,
  work: (admin: TopicAdmin, address: string) => Promise<number>
): Promise<number> {
  return untilAborted(connectAndWork(context, work), context.signal)
}

async function connectAndWork(
  { options, folder }: CommandContext,
  work: (admin: TopicAdmin, address: string) => Promise<number>
): Promise<number> {
  const settings = kafkaSettings(options, folder)
  // The client costs more to load than help may take.
  const [{ Cluster }, { TopicAdmin }] = await Promise.all([
    import('../../kafka/connection/cluster.ts'),
    import('../../kafka/topic/topic-admin.ts')
  ])
  const cluster = await Cluster.connect(settings)
  try {
    return await work(new TopicAdmin(cluster), cluster.address)
  } finally {
    await cluster.close()
  }
}

function formatOf({ options, stdout }: CommandContext): 'table' | 'jsonl' | 'csv' {
  const format = options.get('format')
  return format === 'auto' ? (stdout.isTerminal ? 'table' : 'jsonl') : format
}

function describeTopic(
  { name, id, partitions, settings }: TopicDescription,
  format: 'table' | 'csv',
  { stdout }: CommandContext
): string {
  const head = ['partition', 'leader', 'replicas', 'in sync', 'start', 'end', 'records at most']
  const rows = partitions.map(({ index, leader, replicas, isr, start, end }) =>
    [
      index,
      leader < 0 ? 'none' : leader,
      replicas.join(' '),
      isr.join(' '),
      start,
      end,
      end - start
    ].map(String)
  )
  const table = formatTable(head, rows, format, stdout)
  if (format === 'csv') return table
  const own = settings.map(setting => `${setting.name}=${setting.value}`).join(', ')
  return `${stdout.style('bold', name)}  id ${id}\nsettings: ${own || 'the broker’s'}\n\n${table}`
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
