import { topicNames } from '../../app/names.ts'
import { failure } from '../../core/errors.ts'
import { jsonlSource } from '../../host/jsonl-source.ts'
import type { CountOptions } from '../../runtime/count.ts'
import type { Position } from '../../runtime/options/position.ts'
import type { CommandContext } from '../command.ts'
import { kafkaSettings } from '../kafka-settings.ts'

export function fileSource(context: CommandContext): CountOptions['source'] {
  const { args, stdin, options } = context
  if (args.length > 0) return jsonlSource(args, { stdin })
  if (stdin.isTTY) options.need('topic', 'a count, or files, or frames on standard input')
  return jsonlSource('-', { stdin })
}

/** The topics to count: `files` on the command line win over topics from a configuration. */
export function chosenTopics({ options, args }: CommandContext): ChosenTopics | undefined {
  const flagged = (['topic', 'topic-pattern'] as const).find(
    name => options.origin(name)?.kind === 'flag'
  )
  if (args.length > 0) {
    if (flagged === undefined) return undefined
    throw failure('option-conflict', { option: `--${flagged}`, other: `the file ${args[0]}` })
  }
  const topic = flagged === 'topic-pattern' ? undefined : options.get('topic')
  const topicPattern = flagged === 'topic' ? undefined : options.get('topic-pattern')
  if (topic === undefined && topicPattern === undefined) return undefined
  return {
    ...(topic === undefined ? {} : { topic: topicNames(topic) }),
    ...(topicPattern === undefined ? {} : { topicPattern })
  }
}

export interface ChosenTopics {
  readonly topic?: readonly string[]
  readonly topicPattern?: string
}

export async function topicSource(
  context: CommandContext,
  topics: ChosenTopics
): Promise<CountOptions['source']> {
  // Loaded only here: files and pipes should not wait for the Kafka client.
  const { kafkaSource } = await import('../../kafka-app/source.ts')
  const { options, stderr, folder, clock } = context
  const until = options.get('until')
  const app = options.get('app')
  const groupProtocol = options.get('group-protocol')
  return kafkaSource({
    ...kafkaSettings(options, folder),
    ...topics,
    ...(app === undefined ? {} : { app }),
    ...(groupProtocol === undefined ? {} : { groupProtocol }),
    from: startOf(options.get('from'), clock.now()),
    ...(until === undefined ? {} : { until: endOf(until, clock.now()) }),
    sessionMs: options.get('group-session-timeout'),
    onTrouble: line => void stderr.line(`headcount: ${line}`)
  })
}

/** @throws option-value for an offset: partitions have their own */
function startOf(from: Position, now: number): 'earliest' | 'latest' | number {
  if (from.at === 'earliest') return 'earliest'
  return from.at === 'offset' ? refuseOffset('--from', from.offset) : endOf(from, now)
}

/** @throws option-value */
function endOf(until: Position, now: number): 'latest' | number {
  if (until.at === 'latest') return 'latest'
  if (until.at === 'time') return until.time
  if (until.at === 'ago') return now - until.ago
  return refuseOffset('--until', until.at === 'offset' ? until.offset : 'earliest')
}

function refuseOffset(option: string, value: number | string): never {
  const expected = 'earliest, latest or a record time, which every partition has'
  throw failure('option-value', {
    option,
    value: String(value),
    expected,
    example: '@2026-01-01T00:00Z'
  })
}
