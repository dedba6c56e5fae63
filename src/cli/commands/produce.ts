import { resolve } from 'node:path'
import { formatBytes, formatCount, formatDuration } from '../../core/units.ts'
import { jsonlSource } from '../../host/jsonl-source.ts'
import { RejectFile } from '../../host/reject-file.ts'
import { refuseSameFile } from '../../host/same-file.ts'
import type { Producer } from '../../kafka/produce/producer.ts'
import { type ProduceReport, ProduceRun } from '../../produce/produce-run.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import type { Command, CommandContext } from '../command.ts'
import { kafkaSettings } from '../kafka-settings.ts'
import { Progress } from '../progress.ts'

/** With a rate, reads are this share of a second's frames, so that they leave evenly. */
const PACED_READS_PER_SECOND = 20
const PACED_FRAME_BYTES = 256
const READ_BYTES_MIN = 1_024
const READ_BYTES_MAX = 1_048_576

export const produceCommand: Command = {
  name: 'produce',
  summary: 'send JSON lines from files or standard input to a topic',
  options: [
    'topic',
    'record-key',
    'compression',
    'batch-bytes',
    'linger',
    'strict',
    'rejects',
    'skip',
    'give-up-after',
    'send-rate',
    ...connectionOptions
  ],
  arguments: [
    {
      name: 'files',
      description: 'JSON lines, plain, .gz or .zst; standard input when none is given, or as -',
      variadic: true
    }
  ],
  examples: [
    'headcount produce --topic events --key uid frames.jsonl.gz',
    'zcat stream.jsonl.gz | headcount produce -t events -k uid -z zstd',
    'headcount produce -t events frames.jsonl --skip 120000'
  ],
  run: produce
}

async function produce(context: CommandContext): Promise<number> {
  const { options, stderr, clock, folder } = context
  const topic = options.need('topic', 'sending')
  const inputs = context.args.length > 0 ? context.args : ['-']
  if (inputs.includes('-') && context.stdin.isTTY) {
    await stderr.line('reading frames from the terminal, one a line; end with Ctrl-D')
  }
  const source = jsonlSource(
    inputs.map(path => (path === '-' ? path : resolve(folder, path))),
    { stdin: context.stdin, readBytes: readBytes(options.get('send-rate')) }
  )
  const paths = inputs.filter(path => path !== '-').map(path => resolve(folder, path))
  refuseSameFile(rejectsPath(context, inputs), paths)
  // A missing file is told before a missing broker.
  await source.check()
  const [{ Cluster }, { Producer }] = await Promise.all([
    import('../../kafka/connection/cluster.ts'),
    import('../../kafka/produce/producer.ts')
  ])
  const cluster = await Cluster.connect(kafkaSettings(options, folder))
  const rejects = new RejectFile(rejectsPath(context, inputs), options.get('skip') > 0)
  try {
    const keyField = options.get('record-key')
    const sink = await Producer.open(cluster, {
      topic,
      rules: {
        check: options.get('strict') ? 'whole' : 'ends',
        ...(keyField !== undefined && { keyField })
      },
      clock,
      random: Math.random,
      codec: options.get('compression'),
      batchBytes: options.get('batch-bytes'),
      lingerMs: options.get('linger'),
      deliveryMs: options.get('give-up-after'),
      onTrouble: line => void stderr.line(`headcount: ${line}; frames wait`),
      onRecovered: ms => void stderr.line(`headcount: sending again after ${formatDuration(ms)}`)
    })
    try {
      return await send(context, source, sink, rejects)
    } finally {
      sink.close()
    }
  } finally {
    rejects.close()
    await cluster.close()
  }
}

async function send(
  context: CommandContext,
  source: ReturnType<typeof jsonlSource>,
  sink: Producer,
  rejects: RejectFile
): Promise<number> {
  const { options, stderr, clock, signal } = context
  const progress = new Progress(stderr.status, clock, 'produce')
  const rate = options.get('send-rate')
  const run = new ProduceRun({
    source,
    sink,
    rejects,
    clock,
    signal,
    skip: options.get('skip'),
    giveUpAfterMs: options.get('give-up-after'),
    ...(rate !== undefined && { rate }),
    onProgress: report =>
      progress.update({
        frames: report.frames,
        bytes: source.bytesTaken,
        totalBytes: source.bytesTotal,
        ...(rejectedOf(report) > 0 && { note: `${formatCount(rejectedOf(report))} rejected` })
      })
  })
  try {
    await run.run()
  } finally {
    progress.end()
    rejects.flush()
    await stderr.line(reportLine(run.report(), sink.topic, rejects.path))
  }
  return 0
}

/** `sent 10000 frames, 2.1 MB, to events in 1s: 9.8 k/s · 2.0 MB/s; 3 rejected (bad-json 3), kept in …`. */
function reportLine(report: ProduceReport, topic: string, rejectsPath: string): string {
  const { frames, bytes, ms } = report
  const seconds = Math.max(ms, 1) / 1_000
  const rates = `${formatCount(frames / seconds)}/s · ${formatBytes(bytes / seconds)}/s`
  const line = `sent ${frames} frames, ${formatBytes(bytes)}, to ${topic} in ${formatDuration(ms)}: ${rates}`
  const rejected = rejectedOf(report)
  if (rejected === 0) return line
  const reasons = Object.entries(report.rejected).map(([reason, count]) => `${reason} ${count}`)
  return `${line}; ${rejected} rejected (${reasons.join(', ')}), kept in ${rejectsPath}`
}

function rejectedOf(report: ProduceReport): number {
  return Object.values(report.rejected).reduce((sum, count) => sum + count, 0)
}

/** Beside the first input, or in the folder at hand for standard input. */
function rejectsPath({ options, folder }: CommandContext, inputs: readonly string[]): string {
  const named = options.get('rejects')
  if (named !== undefined) return resolve(folder, named)
  const first = inputs[0]!
  return resolve(folder, first === '-' ? 'produce.rejects.jsonl' : `${first}.rejects.jsonl`)
}

function readBytes(rate: number | undefined): number {
  if (rate === undefined) return READ_BYTES_MAX
  const bytes = Math.ceil((rate / PACED_READS_PER_SECOND) * PACED_FRAME_BYTES)
  return Math.min(READ_BYTES_MAX, Math.max(READ_BYTES_MIN, bytes))
}
