import type { RecordedTopic } from '../../app/record.ts'
import { formatCount, formatDuration } from '../../core/units.ts'
import type { Terminal } from '../terminal.ts'
import { formatTable } from '../text-table.ts'
import type { InputView, TaskView } from './app-positions.ts'
import type { AppView } from './app-view.ts'

const UNKNOWN = '–'

/** An app for people; as CSV its input partitions alone, which are the rows that programs want. */
export function printView(view: AppView, format: 'table' | 'csv', terminal: Terminal): string {
  const input = formatTable(INPUT_HEAD, view.input.map(inputRow), format, terminal)
  if (format === 'csv') return input
  const { app, running, record, topics, tasks, watermark, groups } = view
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
    formatTable(head, rows, 'table', terminal)
  const settings = Object.entries(record.settings).filter(([, value]) => value !== '')
  const width = Math.max(...settings.map(([name]) => name.length))
  const troubles = view.input.filter(({ trouble }) => trouble !== null)
  const members = groups.flatMap(({ group, state, members }) =>
    members.length === 0
      ? [[group, state, '', '', '']]
      : members.map(({ id, client, host, partitions }) => [
          group,
          state,
          `${client} at ${host}`,
          id,
          Object.values(partitions).flat().join(' ')
        ])
  )
  return [
    `${terminal.style('bold', app)}  ${running ? 'running' : 'stopped'}`,
    `counts ${record.topics.map(showTopic).join(', ')}`,
    `fingerprint ${record.fingerprint}, formats ${pairs(record.formats)}`,
    ...(record.added.length > 0 ? [`window sizes added since: ${record.added.join(', ')}`] : []),
    '',
    ...settings.map(([name, value]) => `  ${name.padEnd(width)}  ${readable(value)}`),
    '',
    `watermark ${watermark.time ?? 'not known yet'}: ${watermark.explanation}`,
    '',
    input,
    ...troubles.map(({ topic, partition, trouble }) => `  ${topic} ${partition}: ${trouble}`),
    ...(troubles.length > 0 ? [''] : []),
    table(TASK_HEAD, tasks.map(taskRow)),
    table(
      ['topic', 'partitions', 'offsets'],
      topics.map(each => [each.topic, String(each.partitions), formatCount(each.offsets)])
    ),
    table(['group', 'state', 'member', 'id', 'partitions'], members)
  ].join('\n')
}

const INPUT_HEAD = [
  'input',
  'partition',
  'stored',
  'marked',
  'end',
  'lag',
  'time',
  'behind',
  'state',
  'owner'
]

function inputRow(view: InputView): string[] {
  return [
    view.topic,
    String(view.partition),
    number(view.committed),
    number(view.marked),
    String(view.end),
    String(view.lag),
    view.clock ?? UNKNOWN,
    view.behindMs === null ? UNKNOWN : formatDuration(view.behindMs),
    view.state ?? 'no mark',
    view.owner ?? 'nobody'
  ]
}

const TASK_HEAD = ['stage 2 task', 'position', 'end', 'lag', 'commit', 'watermark', 'owner']

function taskRow(task: TaskView): string[] {
  return [
    String(task.partition),
    number(task.position),
    String(task.end),
    String(task.lag),
    number(task.commit),
    task.watermark ?? UNKNOWN,
    task.owner ?? 'nobody'
  ]
}

/** Durations stand in the record as milliseconds. */
function readable(value: string): string {
  return value.replace(/\b(\d{1,15})ms\b/g, (_, ms: string) => formatDuration(Number(ms)))
}

function number(value: number | null): string {
  return value === null ? UNKNOWN : String(value)
}

function showTopic({ name, partitions, retired }: RecordedTopic): string {
  return `${name} (${retired ? 'retired' : plural(partitions)})`
}

function plural(partitions: number): string {
  return `${partitions} partition${partitions === 1 ? '' : 's'}`
}

function pairs(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}
