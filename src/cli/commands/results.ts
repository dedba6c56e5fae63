import { topicOf } from '../../app/names.ts'
import { text } from '../../core/bytes.ts'
import { isFailure } from '../../core/errors.ts'
import { Cluster } from '../../kafka/connection/cluster.ts'
import { RecordReader } from '../../kafka/fetch/record-reader.ts'
import { LatestResults } from '../../result/latest-results.ts'
import { parseResult } from '../../result/result-record.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import { appMissing, namedApp } from '../app/app-names.ts'
import type { Command, CommandContext } from '../command.ts'
import { LineView, resultFormat } from '../count/result-view.ts'
import { kafkaSettings } from '../kafka-settings.ts'

const POLL_MS = 200
const GROUP_OF_VALUES = /^[^|]*\|[^|]*\|\[/

export const resultsCommand: Command = {
  name: 'results',
  summary: 'print the current results of an app from its topic',
  options: ['app', 'topic', 'key', 'format', ...connectionOptions],
  examples: [
    'headcount results --topic events --key uid',
    'headcount results --app users --format jsonl'
  ],
  run
}

/** The newest record of every window, read committed, from the results topic. */
async function run(context: CommandContext): Promise<number> {
  const { options, stdout, folder, signal } = context
  const app = namedApp(context)
  const cluster = await Cluster.connect(kafkaSettings(options, folder))
  try {
    const { latest, by } = await readResults(cluster, app, signal)
    const results = latest.sorted()
    const view = new LineView(stdout, resultFormat(options.get('format'), stdout), by, results)
    for (const result of results) await view.show(result)
    await view.end()
  } finally {
    await cluster.close()
  }
  return 0
}

async function readResults(
  cluster: Cluster,
  app: string,
  signal: AbortSignal
): Promise<{ latest: LatestResults; by: readonly string[] }> {
  const topic = topicOf(app, 'counts')
  const latest = new LatestResults()
  let by: readonly string[] = []
  const partitions = await partitionsOf(cluster, app, topic)
  const reader = await RecordReader.open(
    cluster,
    topic,
    new Map(partitions.map(index => [index, 0]))
  )
  try {
    while (!reader.atEnd && !signal.aborted) {
      for (const { key, value } of await reader.poll(POLL_MS)) {
        const result = value && parseResult(text(value))
        if (!key || !result) continue
        const name = text(key)
        latest.take(result, name)
        // Only groups with values of their own tell the names of the --by fields.
        if (by.length === 0 && GROUP_OF_VALUES.test(name)) by = Object.keys(result.group ?? {})
      }
    }
  } finally {
    await reader.close()
  }
  return { latest, by }
}

async function partitionsOf(cluster: Cluster, app: string, topic: string): Promise<number[]> {
  try {
    return (await cluster.topic(topic)).partitions.map(({ index }) => index)
  } catch (error) {
    if (!isFailure(error, 'topic-missing')) throw error
    throw await appMissing(cluster, app, error)
  }
}
