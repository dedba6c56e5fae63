import { resolve } from 'node:path'
import { appNameOf } from '../../app/names.ts'
import { failure } from '../../core/errors.ts'
import { RejectFile } from '../../host/reject-file.ts'
import { refuseSameFile } from '../../host/same-file.ts'
import { SqliteCache } from '../../host/sqlite-cache.ts'
import { lineThread } from '../../line-thread/entry.ts'
import type { StateCache } from '../../port/state-cache.ts'
import { countSettings, startCount } from '../../runtime/count.ts'
import { connectionOptions } from '../../runtime/options/connection-rows.ts'
import type { OptionName } from '../../runtime/options/option-table.ts'
import { RunReport } from '../../runtime/report.ts'
import type { Command, CommandContext } from '../command.ts'
import { countedOptionNames, countOptions } from '../count/count-options.ts'
import { type ChosenTopics, chosenTopics, fileSource, topicSource } from '../count/count-source.ts'
import { endReport, fileStatus, topicStatus } from '../count/end-report.ts'
import { openMetrics } from '../count/metrics-page.ts'
import { printPlan } from '../count/plan-printer.ts'
import { followRun } from '../count/run-follower.ts'
import { resultView } from '../count/view-choice.ts'
import { withoutExperimentalWarning } from '../experimental-warning.ts'

/** What only a topic has: positions, an app and its instances. */
const TOPIC_ONLY = [
  'from',
  'until',
  'exit-at-end',
  'on-input-loss',
  'on-corrupt-batch',
  'role',
  'group-protocol',
  'app'
] as const

export const countCommand: Command = {
  name: 'count',
  summary: 'count distinct keys per window, from a topic, files or standard input',
  options: [
    'topic',
    'topic-pattern',
    'app',
    'key',
    ...countedOptionNames,
    'confidence',
    'max-hold',
    'max-skew',
    'from',
    'until',
    'exit-at-end',
    'on-input-loss',
    'on-corrupt-batch',
    'role',
    'threads',
    'emit-every',
    'only-final',
    'flush-every',
    'group-protocol',
    'group-session-timeout',
    'state-dir',
    'max-state',
    'metrics-port',
    'metrics-host',
    'plan',
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
  if (options.given('plan')) return printPlan(context, countSettings(countOptions(context, false)))
  const topics = chosenTopics(context)
  const bounded = topics === undefined
  const counting = countOptions(context, bounded)
  // Judged before a port or a file is taken.
  countSettings(counting)
  if (!bounded) appName(context, topics)
  const source = bounded ? fileSource(context) : await topicSource(context, topics)
  const rejects = options.get('rejects')
  refuseMisplaced(context, bounded)
  const rejectFile = bounded && rejects !== undefined ? openRejects(context, rejects) : undefined
  // The port is taken before anything is read; until the run has a report, an empty one says so.
  let report = new RunReport()
  const metrics = await openMetrics(context, () => report)
  const run = startCount(
    {
      source,
      ...counting,
      ...(rejectFile && { rejects: rejectFile }),
      signal
    },
    {
      clock,
      lineThread,
      openStateCache: task => openStateCache(context, task)
    }
  )
  report = run.report
  const started = clock.now()
  const view = resultView(context, bounded, options.get('by') ?? [])
  try {
    await followRun(context, run, view)
  } finally {
    stderr.status.clear()
    rejectFile?.close()
    await metrics?.close()
    const kept = bounded ? rejects : `${appName(context, topics)}-rejects`
    if (run.report.started) {
      for (const line of endReport(run.report, clock.now() - started, kept)) await stderr.line(line)
    }
  }
  return bounded ? fileStatus(run.report) : topicStatus(run.report)
}

/** Flags that mean nothing for this kind of input. A configuration may hold them for both kinds. */
function refuseMisplaced({ options }: CommandContext, bounded: boolean): void {
  const refuse = (name: OptionName, other: string): void => {
    if (options.origin(name)?.kind !== 'flag') return
    throw failure('option-conflict', { option: `--${name}`, other })
  }
  if (!bounded) refuse('rejects', 'a topic: its rejects go to a topic')
  else for (const name of TOPIC_ONLY) refuse(name, 'files: they are read from end to end')
}

function openRejects({ folder, args }: CommandContext, path: string): RejectFile {
  const files = args.filter(input => input !== '-').map(input => resolve(folder, input))
  refuseSameFile(resolve(folder, path), files)
  return new RejectFile(resolve(folder, path), false)
}

function openStateCache({ options, folder }: CommandContext, task: string): StateCache {
  const stateDir = options.get('state-dir')
  return new SqliteCache({
    task,
    ...(stateDir === undefined ? {} : { folder: resolve(folder, stateDir) }),
    quietly: withoutExperimentalWarning
  })
}

function appName({ options }: CommandContext, { topic = [] }: ChosenTopics): string {
  return appNameOf(options.get('app'), topic, options.need('key', 'a count'))
}
