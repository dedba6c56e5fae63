import { failure } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { formatBytes } from '../../core/units.ts'
import { SqliteCache } from '../../host/sqlite-cache.ts'
import { countSettings } from '../../runtime/count.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import { benchLines, benchTable } from '../bench/bench-report.ts'
import { generateLines, type ReadingParts, readLines } from '../bench/line-sample.ts'
import type { Sample } from '../bench/sample.ts'
import { measureSample } from '../bench/sample-bench.ts'
import { cpuStopwatch } from '../bench/stopwatch.ts'
import type { Command, CommandContext } from '../command.ts'
import { countedOptionNames, countedOptions } from '../count/count-options.ts'
import { withoutExperimentalWarning } from '../experimental-warning.ts'
import { boundGarbage } from '../garbage-bound.ts'
import { kafkaSettings } from '../kafka-settings.ts'
import { tableFormat } from '../sketch/table-format.ts'

const SAMPLE_BYTES_MIN = 1_024
/** The key of generated frames. */
const GENERATED_KEY = ['uid']

export const benchCommand: Command = {
  name: 'bench',
  summary: 'measure how fast your own frames are counted, and where the time goes',
  options: [
    'topic',
    'read-from',
    'sample',
    'key',
    ...countedOptionNames,
    'format',
    ...connectionOptions
  ],
  arguments: [
    {
      name: 'files',
      description: 'JSONL files, also .gz and .zst; - is standard input',
      variadic: true
    }
  ],
  examples: [
    'headcount bench',
    'headcount bench --key uid --window 1m,1h,1d monday.jsonl.gz',
    'headcount bench --topic events --key uid --by country --sample 256MiB'
  ],
  run
}

async function run(context: CommandContext): Promise<number> {
  const { options, stdout, stderr, signal, clock } = context
  const topic = chosenTopic(context)
  const isGenerated = topic === undefined && context.args.length === 0 && context.stdin.isTTY
  const key = isGenerated ? (options.get('key') ?? GENERATED_KEY) : options.need('key', 'a count')
  const counting = countedOptions(context, key)
  // Judged before anything is read.
  countSettings(counting)
  const bytesMax = sampleSize(context)
  if (isGenerated) await stderr.line('no files, no topic: measuring with generated frames of 2 kB')
  try {
    const reading: ReadingParts = {
      bytesMax,
      clock,
      stopwatch: cpuStopwatch,
      signal,
      onRead: bytes => stderr.status.show(`reading the sample  ${formatBytes(bytes)}`)
    }
    const sample = isGenerated
      ? generateLines(bytesMax)
      : topic === undefined
        ? await readLines(context.args.length > 0 ? context.args : ['-'], context.stdin, reading)
        : await readTopic(context, topic, reading)
    // What is measured is a count.
    boundGarbage()
    const result = await measureSample({
      sample,
      counting,
      clock,
      stopwatch: cpuStopwatch,
      openStateCache: () => new SqliteCache({ task: 'bench', quietly: withoutExperimentalWarning }),
      signal,
      onLap: round => stderr.status.show(`measuring  round ${round}`)
    })
    stderr.status.clear()
    const format = tableFormat(context)
    await stdout.write(format === 'jsonl' ? benchLines(result) : benchTable(result, format, stdout))
    return 0
  } finally {
    stderr.status.clear()
  }
}

/** Files on the command line win over a topic from a configuration. @throws option-conflict */
function chosenTopic({ options, args }: CommandContext): string | undefined {
  if (args.length === 0) return options.get('topic')
  if (options.origin('topic')?.kind !== 'flag') return undefined
  throw failure('option-conflict', { option: '--topic', other: `the file ${args[0]}` })
}

/** @throws option-value */
function sampleSize({ options }: CommandContext): number {
  const size = options.get('sample')
  if (size >= SAMPLE_BYTES_MIN && size <= limits.sampleBytesMax) return size
  throw failure('option-value', {
    option: '--sample',
    value: size,
    expected: `a size from ${formatBytes(SAMPLE_BYTES_MIN)} to ${formatBytes(limits.sampleBytesMax)}`,
    example: '64MiB'
  })
}

/** Only reads: no group is joined, nothing is stored or written. */
async function readTopic(
  { options, folder, stderr }: CommandContext,
  topic: string,
  reading: ReadingParts
): Promise<Sample> {
  const [{ Cluster }, { readBatches }] = await Promise.all([
    import('../../kafka/connection/cluster.ts'),
    import('../bench/topic-sample.ts')
  ])
  const settings = kafkaSettings(options, folder)
  const cluster = await Cluster.connect({ ...settings, checkCrcs: false })
  try {
    return await readBatches(cluster, {
      ...reading,
      topic,
      from: options.get('read-from'),
      checkCrcs: settings.checkCrcs ?? true,
      onTrouble: line => void stderr.line(`headcount: ${line}`)
    })
  } finally {
    await cluster.close()
  }
}
