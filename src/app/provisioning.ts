import { topicOf } from './names.ts'
import { countingRights, type Right, resetRights } from './rights.ts'
import { appTopics } from './topics.ts'

/** What an operator has to make before an app may start that creates nothing itself. */
export interface ProvisioningPlan {
  readonly app: string
  readonly inputs: readonly string[]
  /** Partitions of partials, windows and counts. */
  readonly partitions: number
  readonly replicas?: number
  readonly brokers: readonly string[]
  /** As Kafka writes it: `User:headcount`. */
  readonly principal: string
}

/** The words of a command; `shellLine` makes a line of them. */
export type CommandWords = readonly string[]

export interface ExplainedCommand {
  readonly purpose: string
  readonly words: CommandWords
}

/** One `kafka-topics` command for each topic, with the settings that the app's promises rest on. */
export function topicCommands(plan: ProvisioningPlan): readonly CommandWords[] {
  const replication =
    plan.replicas === undefined ? [] : ['--replication-factor', String(plan.replicas)]
  return appTopics(plan.partitions).map(({ log, partitions, configs }) => [
    'kafka-topics.sh',
    ...bootstrap(plan),
    '--create',
    '--if-not-exists',
    '--topic',
    topicOf(plan.app, log),
    '--partitions',
    String(partitions),
    ...replication,
    ...Object.entries(configs).flatMap(([name, value]) => ['--config', `${name}=${value}`])
  ])
}

/** One `kafka-acls` command for each resource that counting needs. */
export function countingAcls(plan: ProvisioningPlan): readonly ExplainedCommand[] {
  return countingRights(plan.app, plan.inputs).map(right => aclCommand(plan, right))
}

/** The same for `app reset`: not every user that counts should be able to delete. */
export function resetAcls(plan: ProvisioningPlan): readonly ExplainedCommand[] {
  return resetRights(plan.app).map(right => aclCommand(plan, right))
}

function aclCommand(plan: ProvisioningPlan, right: Right): ExplainedCommand {
  const words = [
    'kafka-acls.sh',
    ...bootstrap(plan),
    '--add',
    '--allow-principal',
    plan.principal,
    ...right.operations.flatMap(operation => ['--operation', operation]),
    `--${right.resource}`,
    right.name,
    ...(right.prefixed ? ['--resource-pattern-type', 'prefixed'] : [])
  ]
  return { purpose: right.purpose, words }
}

function bootstrap({ brokers }: ProvisioningPlan): readonly string[] {
  return ['--bootstrap-server', brokers.join(',')]
}

/** A line that a POSIX shell splits into these words again. */
export function shellLine(words: CommandWords): string {
  return words
    .map(word => (/^[\w.,:=/@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ')
}
