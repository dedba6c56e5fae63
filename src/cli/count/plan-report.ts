import { formatBytes, formatCount, formatDuration } from '../../core/units.ts'
import type { Terminal } from '../terminal.ts'
import { formatTable } from '../text-table.ts'
import type { PlanFigures, PlannedCount } from './plan-figures.ts'
import type { PlanInput } from './plan-input.ts'

/** What `count --plan` prints; `maxState` bounds all of the state, in bytes. */
export function planReport(
  count: PlannedCount,
  input: PlanInput,
  figures: PlanFigures,
  maxState: number,
  terminal: Terminal
): string {
  const rows = figures.levels.map(({ level, users, bytes, windows, stateBytes }) => [
    level.asked ? level.name : `${level.name} (for larger ones)`,
    formatDuration(level.keepMs),
    formatCount(users),
    formatBytes(bytes),
    formatCount(windows),
    formatBytes(stateBytes)
  ])
  const head = ['size', 'kept', 'users', 'bytes a window', 'windows', 'state']
  return [
    `${formatCount(input.groups)} groups, ${count.sketch} sketches of precision ${count.precision}, at most:\n\n`,
    formatTable(head, rows, 'table', terminal),
    '\n',
    ...summary(count, figures).map(([name, text]) => `${name.padEnd(10)}  ${text}\n`),
    ...advice(figures, maxState).map((line, i) => `${i === 0 ? '\n' : ''}${line}\n`)
  ].join('')
}

function summary(count: PlannedCount, figures: PlanFigures): [string, string][] {
  const { stateBytes, changelogPerSecond, commitSeconds, resultsPerSecond } = figures
  const each =
    count.tasks > 1
      ? `, ${formatBytes(stateBytes / count.tasks)} in each of ${count.tasks} tasks`
      : ''
  return [
    ['state', `${formatBytes(stateBytes)}${each}`],
    [
      'changelog',
      `${formatBytes(changelogPerSecond)}/s before compaction, with a commit every ${commitSeconds}s`
    ],
    [
      'results',
      `${formatBytes(resultsPerSecond)}/s; ${formatBytes(figures.resultsPerDay)} a day stay after compaction`
    ],
    ['memory', `${formatBytes(figures.memoryBytes)} for open windows`]
  ]
}

function advice(figures: PlanFigures, maxState: number): string[] {
  if (figures.stateBytes <= maxState) return []
  const largest = figures.levels.reduce((left, right) =>
    right.stateBytes > left.stateBytes ? right : left
  )
  const { name } = largest.level
  return [
    `This is more than --max-state (${formatBytes(maxState)}): the oldest ${name} windows would be purged early.`,
    `Keep fewer (--keep ${name}=…) or raise --max-state.`
  ]
}
