import { topicNames, topicOf } from '../../app/names.ts'
import {
  countingAcls,
  type ExplainedCommand,
  type ProvisioningPlan,
  resetAcls,
  shellLine,
  topicCommands
} from '../../app/provisioning.ts'
import { appTopics } from '../../app/topics.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import { partialsPartitions } from '../../runtime/settings.ts'
import type { Command, CommandContext } from '../command.ts'
import { formatTable } from '../text-table.ts'
import { formatOf } from './app-connection.ts'
import { namedApp } from './app-names.ts'

export const appTopicsCommand: Command = {
  name: 'topics',
  summary: 'show the topics and rights that an app needs, without asking a broker',
  options: [
    'app',
    'topic',
    'key',
    'by',
    'replication',
    'principal',
    'print',
    'format',
    ...connectionOptions
  ],
  examples: [
    'headcount app topics --topic events --key uid',
    'headcount app topics --topic events --key uid --by country --print > provision.sh'
  ],
  run
}

async function run(context: CommandContext): Promise<number> {
  const { options, stdout } = context
  const plan = planOf(context)
  if (options.get('print')) {
    await stdout.write(`${script(plan).join('\n')}\n`)
    return 0
  }
  const topics = appTopics(plan.partitions).map(({ log, ...topic }) => ({
    topic: topicOf(plan.app, log),
    ...topic
  }))
  const format = formatOf(context)
  if (format === 'jsonl') {
    for (const topic of topics) await stdout.line(JSON.stringify(topic))
  } else {
    const rows = topics.map(({ topic, partitions, configs }) => [
      topic,
      String(partitions),
      Object.entries(configs)
        .map(pair => pair.join('='))
        .join(' ')
    ])
    await stdout.write(formatTable(['topic', 'partitions', 'settings'], rows, format, stdout))
  }
  return 0
}

function planOf(context: CommandContext): ProvisioningPlan {
  const { options } = context
  const input = options.need('topic', 'the rights on the input')
  const replicas = options.get('replication')
  const user = options.get('sasl-username') ?? 'headcount'
  return {
    app: namedApp(context),
    inputs: topicNames(input),
    partitions: partialsPartitions({ fields: { by: options.get('by') ?? [] } }),
    ...(replicas === undefined ? {} : { replicas }),
    brokers: options.get('brokers'),
    principal: options.get('principal') ?? `User:${user}`
  }
}

/** A shell script: run it whole, or take the parts that are somebody's to grant. */
function script(plan: ProvisioningPlan): readonly string[] {
  return [
    '#!/bin/sh',
    `# What headcount needs to count ${plan.inputs.join(', ')} as ${plan.app}, without the right to create topics.`,
    '# A login for these tools: add --command-config <file> to each line.',
    'set -e',
    '',
    '# The topics. headcount checks these settings at each start.',
    ...topicCommands(plan).map(shellLine),
    '',
    `# The rights of ${plan.principal} for counting, where the cluster has an authorizer.`,
    '# IdempotentWrite on the cluster is not among them: brokers since 2.8 take Write on a topic for it (KIP-679).',
    ...countingAcls(plan).flatMap(explained),
    '',
    '# Only for whoever may run: headcount app reset',
    ...resetAcls(plan).map(({ words }) => `# ${shellLine(words)}`)
  ]
}

function explained({ purpose, words }: ExplainedCommand): string[] {
  return [`# ${purpose}`, shellLine(words)]
}
