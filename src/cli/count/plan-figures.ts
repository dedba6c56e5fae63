import type { SketchKind } from '../../sketch/sketch.ts'
import type { Level } from '../../window/plan.ts'
import { type PlanInput, usersIn } from './plan-input.ts'
import { sketchSize } from './size-model.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Beside the sketch: record key, counters, and what a record costs in a batch. */
const CONTENT_BYTES = 56
const HEADER_BYTES = 62
/** A result as JSON with its record key. */
const RESULT_BYTES = 430
/** Provisional results of a task in one commit (event time, section 6). */
const PROVISIONAL_BYTES_MAX = 1e6
/** A window's objects in memory, beside its sketch. */
const WINDOW_BYTES = 600
const COMMIT_SECONDS_MAX = 30

/** What is counted, as far as it decides the volumes. */
export interface PlannedCount {
  readonly levels: readonly Level[]
  readonly sketch: SketchKind
  readonly precision: number
  readonly emitEveryMs: number
  readonly onlyFinal: boolean
  /** Stage-2 tasks that share the groups. */
  readonly tasks: number
  /** Changed state that a task may write in a second before its commits come more rarely. */
  readonly changelogBytesPerSecond: number
}

/** One level of the plan; users and bytes are those of one window of one group. */
export interface LevelFigures {
  readonly level: Level
  readonly users: number
  readonly bytes: number
  /** Windows kept, all groups together, and their bytes. */
  readonly windows: number
  readonly stateBytes: number
}

export interface PlanFigures {
  readonly levels: readonly LevelFigures[]
  readonly stateBytes: number
  readonly commitSeconds: number
  readonly changelogPerSecond: number
  readonly resultsPerSecond: number
  /** Bytes that a day adds to `<app>-counts` and that compaction leaves there. */
  readonly resultsPerDay: number
  readonly memoryBytes: number
}

/** Expected volumes of a count in its steady state: upper bounds where keys or times are unknown. */
export function planFigures(count: PlannedCount, input: PlanInput): PlanFigures {
  const levels = count.levels.map(level => levelFigures(count, input, level))
  const commitSeconds = commitInterval(count, input, levels)
  const asked = levels.filter(({ level }) => level.asked)
  const finals = asked.reduce(
    (sum, { level }) => sum + input.groups / seconds(step(level, count)),
    0
  )
  return {
    levels,
    stateBytes: sumOf(levels, ({ stateBytes }) => stateBytes),
    commitSeconds,
    changelogPerSecond: changelogPerSecond(count, input, levels, commitSeconds),
    resultsPerSecond: (finals + provisionalPerSecond(count, input, commitSeconds)) * RESULT_BYTES,
    resultsPerDay: finals * seconds(DAY) * RESULT_BYTES,
    memoryBytes: sumOf(levels, ({ level, users }) => {
      // The newest pane and the one before it that still waits; of larger sizes the one in progress.
      const open = level.index === 0 ? 2 : 1
      const { memory } = sketchSize(count.sketch, count.precision, users)
      return open * input.groups * (memory + WINDOW_BYTES)
    })
  }
}

function levelFigures(count: PlannedCount, input: PlanInput, level: Level): LevelFigures {
  const users = usersIn(input, level.length)
  const bytes = sketchSize(count.sketch, count.precision, users).stored + CONTENT_BYTES
  const windows = input.groups * (Math.ceil(level.keepMs / step(level, count)) + 1)
  const header = level.asked ? HEADER_BYTES : 0
  return { level, users, bytes, windows, stateBytes: windows * (bytes + header) }
}

/** Commits come every second; less often while the changed panes would be more than the budget. */
function commitInterval(
  count: PlannedCount,
  input: PlanInput,
  levels: readonly LevelFigures[]
): number {
  const budget = count.changelogBytesPerSecond * count.tasks
  let interval = Math.max(1, seconds(count.emitEveryMs))
  while (
    interval < COMMIT_SECONDS_MAX &&
    changelogPerSecond(count, input, levels, interval) > budget
  ) {
    interval++
  }
  return Math.min(interval, COMMIT_SECONDS_MAX)
}

/**
 * An open pane is written whole at each commit that changes it, half full on average; larger windows
 * once, when they close; a header with each emission.
 */
function changelogPerSecond(
  count: PlannedCount,
  input: PlanInput,
  levels: readonly LevelFigures[],
  commitSeconds: number
): number {
  const [pane] = levels
  const writes = Math.min(60 / commitSeconds, pane!.users)
  const half = sketchSize(count.sketch, count.precision, pane!.users / 2).stored + CONTENT_BYTES
  const panes = (input.groups * (writes * half + pane!.bytes)) / 60
  const closing = sumOf(levels, ({ level, bytes }) => {
    const each = (level.index > 0 ? bytes : 0) + (level.asked ? HEADER_BYTES : 0)
    return (input.groups * each) / seconds(step(level, count))
  })
  const headers = provisionalPerSecond(count, input, commitSeconds) * HEADER_BYTES
  return panes + closing + headers
}

function provisionalPerSecond(
  count: PlannedCount,
  input: PlanInput,
  commitSeconds: number
): number {
  if (count.onlyFinal) return 0
  const wanted = sumOf(
    count.levels.filter(({ asked }) => asked),
    ({ length }) => input.groups / Math.max(commitSeconds, paceSeconds(length))
  )
  return Math.min(wanted, (PROVISIONAL_BYTES_MAX / RESULT_BYTES / commitSeconds) * count.tasks)
}

/** Event time, section 6: larger windows change all the time, they speak more rarely. */
function paceSeconds(length: number): number {
  if (length >= DAY) return 60
  return length >= HOUR ? 10 : 0
}

/** Time from one start to the next. */
function step(level: Level, { levels }: PlannedCount): number {
  return level.sliding ? levels[level.child]!.length : level.length
}

function seconds(ms: number): number {
  return ms / SECOND
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0)
}
