import { formatBytes, formatDuration } from '../../core/units.ts'
import type { Terminal } from '../terminal.ts'
import { formatTable } from '../text-table.ts'
import type { StatusView } from './status-view.ts'

const UNKNOWN = '–'

/** A status for people; as CSV its input partitions alone. */
export function printStatus(
  status: StatusView,
  format: 'table' | 'csv',
  terminal: Terminal
): string {
  const { app, running, watermark, troubles, notes } = status
  const input = formatTable(INPUT_HEAD, inputRows(status), format, terminal)
  if (format === 'csv') return input
  return [
    `${terminal.style('bold', app)}  ${running ? 'running' : 'stopped'}`,
    `watermark ${watermark.time ?? 'not known yet'}: ${watermark.explanation}`,
    ...notes,
    ...troubles.map(trouble => terminal.style('bold', `! ${trouble}`)),
    '',
    input,
    formatTable(TASK_HEAD, taskRows(status), 'table', terminal)
  ].join('\n')
}

const INPUT_HEAD = ['input', 'partition', 'state', 'holds', 'time', 'behind', 'lag', 'owner']

function inputRows({ input, watermark: { holder } }: StatusView): string[][] {
  return input.map(view => {
    const { topic, partition, situation, clock, behindMs, lag, owner } = view
    const holds = holder?.topic === topic && holder.partition === partition
    return [
      topic,
      String(partition),
      situation,
      holds ? 'yes' : '',
      clock ?? UNKNOWN,
      behindMs === null ? UNKNOWN : formatDuration(behindMs),
      String(lag),
      owner ?? 'nobody'
    ]
  })
}

const TASK_HEAD = ['stage 2 task', 'watermark', 'lag', 'state', 'owner']

function taskRows({ tasks }: StatusView): string[][] {
  return tasks.map(({ partition, watermark, lag, stateBytes, owner }) => [
    String(partition),
    watermark ?? UNKNOWN,
    String(lag),
    stateBytes === null ? UNKNOWN : formatBytes(stateBytes),
    owner ?? 'nobody'
  ])
}
