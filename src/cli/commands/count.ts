import { resolve } from 'node:path'
import { failure } from '../../core/errors.ts'
import { jsonlSource } from '../../host/jsonl-source.ts'
import { RejectFile } from '../../host/reject-file.ts'
import { refuseSameFile } from '../../host/same-file.ts'
import { type CountOptions, startCount } from '../../runtime/count.ts'
import type { CountRun } from '../../runtime/count-run.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import type { Command, CommandContext } from '../command.ts'
import { endReport } from '../count/end-report.ts'
import { LiveTable, statusText } from '../count/live-table.ts'
import { LineView, type ResultView, resultFormat, TableAtEnd } from '../count/result-view.ts'
import { kafkaSettings } from '../kafka-settings.ts'

const TICK_MS = 250

export const countCommand: Command = {
  name: 'count',
  summary: 'count distinct keys per window, from a topic, files or standard input',
  options: [
    'topic',
    'app',
    'key',
    'time',
    'window',
    'sketch',
    'precision',
    'confidence',
    'wait',
    'from',
    'exit-at-end',
    'emit-every',
    'only-final',
    'flush-every',
    'group-session-timeout',
    'format',
    'rejects',
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
    'headcount count --topic events --key uid --window 1m,1h,1d',
    'headcount count --key uid --window 1m monday.jsonl.gz tuesday.jsonl.gz',
    'zcat stream.jsonl.gz | headcount count --key uid --time ts --window 1m --format jsonl'
  ],
  run
}

async function run(context: CommandContext): Promise<number> {
  const { options, signal, clock, stderr } = context
  const topic = topicOf(context)
  const bounded = topic === undefined
  const rejects = options.get('rejects')
  if (!bounded && options.origin('rejects')?.kind === 'flag') {
    throw failure('option-conflict', {
      option: '--rejects',
      other: 'a topic: its rejects go to a topic'
    })
  }
  const rejectFile = bounded && rejects !== undefined ? openRejects(context, rejects) : undefined
  const run = startCount(
    {
      source: bounded ? fileSource(context) : await topicSource(context, topic),
      ...countOptions(context, bounded),
      ...(rejectFile && { rejects: rejectFile }),
      signal
    },
    clock
  )
  const started = clock.now()
  const view = resultView(context, bounded)
  try {
    await follow(context, run, view, bounded)
  } finally {
    stderr.status.clear()
    rejectFile?.close()
    const kept = bounded ? rejects : `${appName(context)}-rejects`
    if (run.report.started) {
      for (const line of endReport(run.report, clock.now() - started, kept)) await stderr.line(line)
    }
  }
  return 0
}

/** The topic to count; files on the command line win over a topic from a configuration. */
function topicOf({ options, args }: CommandContext): string | undefined {
  if (args.length === 0) return options.get('topic')
  if (options.origin('topic')?.kind !== 'flag') return undefined
  throw failure('option-conflict', { option: '--topic', other: `the file ${args[0]}` })
}

function openRejects({ folder, args }: CommandContext, path: string): RejectFile {
  const files = args.filter(input => input !== '-').map(input => resolve(folder, input))
  refuseSameFile(resolve(folder, path), files)
  return new RejectFile(resolve(folder, path), false)
}

/** Shows results as they come, and several times a second how it goes. */
async function follow(
  context: CommandContext,
  run: CountRun,
  view: ResultView,
  bounded: boolean
): Promise<void> {
  const { clock, stderr, stdout } = context
  const started = clock.now()
  let told = 0
  const tick = (): void => {
    for (const note of run.report.notes.slice(told)) void stderr.line(`headcount: ${note}`)
    told = run.report.notes.length
    view.tick(run.report)
    if (view instanceof LiveTable || (bounded && stdout.isTerminal && !stderr.isTerminal)) return
    if (run.report.framesRead > 0) {
      stderr.status.show(statusText(run.report, clock.now() - started))
    }
  }
  const timer = setInterval(tick, TICK_MS)
  try {
    for await (const result of run) await view.show(result)
  } finally {
    clearInterval(timer)
    stderr.status.clear()
    tick()
    stderr.status.clear()
  }
  await view.end()
}

function fileSource(context: CommandContext): CountOptions['source'] {
  const { args, stdin, options } = context
  if (args.length > 0) return jsonlSource(args, { stdin })
  if (stdin.isTTY) options.need('topic', 'a count, or files, or frames on standard input')
  return jsonlSource('-', { stdin })
}

async function topicSource(
  context: CommandContext,
  topic: string
): Promise<CountOptions['source']> {
  // Loaded only here: files and pipes should not wait for the Kafka client.
  const { kafkaSource } = await import('../../kafka-app.ts')
  const { options, stderr, folder } = context
  const app = options.get('app')
  return kafkaSource({
    ...kafkaSettings(options, folder),
    topic,
    ...(app === undefined ? {} : { app }),
    from: options.get('from'),
    sessionMs: options.get('group-session-timeout'),
    onTrouble: line => void stderr.line(`headcount: ${line}`)
  })
}

function countOptions(context: CommandContext, bounded: boolean): Omit<CountOptions, 'source'> {
  const { options } = context
  // A file's end is near: its windows are said when they close, unless it is stopped before.
  const paced = !bounded || options.given('emit-every')
  return {
    key: options.need('key', 'a count'),
    time: options.get('time'),
    windows: options.get('window'),
    sketch: options.get('sketch'),
    precision: options.get('precision'),
    confidence: Number(options.get('confidence')) as 0.68 | 0.95 | 0.997,
    wait: options.get('wait'),
    emitEvery: options.get('emit-every'),
    flushEvery: options.get('flush-every'),
    exitAtEnd: options.get('exit-at-end'),
    provisional: options.get('only-final') ? 'never' : paced ? 'paced' : 'at-stop'
  }
}

function resultView(context: CommandContext, bounded: boolean): ResultView {
  const { options, stdout, clock } = context
  const format = resultFormat(options.get('format'), stdout)
  if (format !== 'table') return new LineView(stdout, format)
  if (bounded) return new TableAtEnd(stdout)
  return stdout.isTerminal ? new LiveTable(stdout, clock) : new LineView(stdout, format)
}

function appName(context: CommandContext): string {
  const { options } = context
  return options.get('app') ?? `${options.get('topic')}.${options.get('key')}`
}
