import { failure } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'

/**
 * How a tool is told where the broker is. `front`: options that have to come before a subcommand;
 * `back`: after it. `no-settings`: it takes the address only. `none`: it reads files.
 */
type Contact = 'front' | 'back' | 'no-settings' | 'none'

interface Tool {
  readonly main: string
  readonly contact: Contact
}

const TOOLS = 'org.apache.kafka.tools'

const rows: Readonly<Record<string, readonly [main: string, contact: Contact]>> = {
  'kafka-acls': [`${TOOLS}.AclCommand`, 'front'],
  'kafka-broker-api-versions': [`${TOOLS}.BrokerApiVersionsCommand`, 'front'],
  'kafka-client-metrics': [`${TOOLS}.ClientMetricsCommand`, 'front'],
  'kafka-cluster': [`${TOOLS}.ClusterTool`, 'back'],
  'kafka-configs': ['kafka.admin.ConfigCommand', 'front'],
  'kafka-console-consumer': [`${TOOLS}.consumer.ConsoleConsumer`, 'front'],
  'kafka-console-producer': [`${TOOLS}.ConsoleProducer`, 'front'],
  'kafka-console-share-consumer': [`${TOOLS}.consumer.ConsoleShareConsumer`, 'front'],
  'kafka-consumer-groups': [`${TOOLS}.consumer.group.ConsumerGroupCommand`, 'front'],
  'kafka-consumer-perf-test': [`${TOOLS}.ConsumerPerformance`, 'front'],
  'kafka-delegation-tokens': [`${TOOLS}.DelegationTokenCommand`, 'front'],
  'kafka-delete-records': [`${TOOLS}.DeleteRecordsCommand`, 'front'],
  'kafka-dump-log': [`${TOOLS}.DumpLogSegments`, 'none'],
  'kafka-features': [`${TOOLS}.FeatureCommand`, 'front'],
  'kafka-get-offsets': [`${TOOLS}.GetOffsetShell`, 'front'],
  'kafka-groups': [`${TOOLS}.GroupsCommand`, 'front'],
  'kafka-leader-election': [`${TOOLS}.LeaderElectionCommand`, 'front'],
  'kafka-log-dirs': [`${TOOLS}.LogDirsCommand`, 'front'],
  'kafka-metadata-quorum': [`${TOOLS}.MetadataQuorumCommand`, 'front'],
  'kafka-producer-perf-test': [`${TOOLS}.ProducerPerformance`, 'front'],
  'kafka-reassign-partitions': [`${TOOLS}.reassign.ReassignPartitionsCommand`, 'front'],
  'kafka-share-groups': [`${TOOLS}.consumer.group.ShareGroupCommand`, 'front'],
  'kafka-storage': ['kafka.tools.StorageTool', 'none'],
  'kafka-topics': [`${TOOLS}.TopicCommand`, 'front'],
  'kafka-transactions': [`${TOOLS}.TransactionsCommand`, 'front'],
  'kafka-verifiable-consumer': [`${TOOLS}.VerifiableConsumer`, 'front'],
  'kafka-verifiable-producer': [`${TOOLS}.VerifiableProducer`, 'front']
}

export const toolNames: readonly string[] = Object.keys(rows)

/** The tool of a name, with or without `.sh` and `kafka-`. Throws `tool-unknown`. */
export function findTool(name: string): Tool {
  const bare = name.replace(/\.(sh|bat)$/, '')
  const row = Object.hasOwn(rows, bare) ? rows[bare] : rows[`kafka-${bare}`]
  if (row) return { main: row[0], contact: row[1] }
  const near = nearest(bare, toolNames) ?? nearest(`kafka-${bare}`, toolNames)
  throw failure('tool-unknown', {
    tool: name,
    suggestion: near ? `did you mean ${near}?` : `there are: ${toolNames.join(', ')}`
  })
}

/** The user's arguments, with the broker's address and login where they named none themselves. */
export function toolArguments(
  tool: Tool,
  args: readonly string[],
  bootstrap: string,
  propertiesPath: string | undefined
): string[] {
  if (tool.contact === 'none' || asksForHelp(args)) return [...args]
  const added: string[] = []
  if (!gives(args, ['--bootstrap-server', '--bootstrap-controller', '--broker-list', '-b'])) {
    added.push('--bootstrap-server', bootstrap)
  }
  if (propertiesPath !== undefined && !gives(args, SETTINGS_OPTIONS)) {
    // The one tool that says it in another way.
    const option = tool.main.endsWith('.ClusterTool') ? '--config' : '--command-config'
    added.push(option, propertiesPath)
  }
  return tool.contact === 'back' ? [...args, ...added] : [...added, ...args]
}

const SETTINGS_OPTIONS = [
  '--command-config',
  '--consumer.config',
  '--producer.config',
  '--consumer-config',
  '--producer-config',
  '--config'
]

/** True for `--name value` and `--name=value`. */
function gives(args: readonly string[], names: readonly string[]): boolean {
  return args.some(arg => names.includes(arg.split('=', 1)[0]!))
}

function asksForHelp(args: readonly string[]): boolean {
  return gives(args, ['--help', '-h', '--version'])
}
