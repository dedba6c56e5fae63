import { formatDuration } from '../../core/units.ts'
import type { AppView } from './app-view.ts'

/** Where an app stands: what `status` prints, and its exit status. */
export interface StatusView
  extends Pick<AppView, 'app' | 'running' | 'watermark' | 'input' | 'tasks'> {
  /** Nothing is wrong, and somebody counts. */
  readonly healthy: boolean
  /** What somebody should look at, one line each. */
  readonly troubles: readonly string[]
  /** What is as it should be and holds something back all the same. */
  readonly notes: readonly string[]
}

export function statusOf(view: AppView, maxHoldMs: number): StatusView {
  const { app, running, watermark, input, tasks } = view
  const troubles = [...troublesOf(view)]
  const notes = [...notesOf(view, maxHoldMs)]
  return { app, running, healthy: troubles.length === 0, watermark, input, tasks, troubles, notes }
}

function* troublesOf({ running, input, tasks }: AppView): Iterable<string> {
  if (!running) yield 'no instance is running: start it with the same headcount count as before'
  for (const { topic, partition, situation, trouble, owner } of input) {
    const name = `${topic} partition ${partition}`
    if (trouble !== null) yield `${name}: ${trouble}`
    else if (situation === 'unowned' && running) yield `${name}: nobody reads it`
    else if (situation === 'silent') yield `${name}: ${owner} has said nothing for a while`
  }
  if (!running) return
  for (const { partition, owner } of tasks) {
    if (owner === null) yield `stage 2 task ${partition}: nobody has it`
  }
}

function* notesOf({ input }: AppView, maxHoldMs: number): Iterable<string> {
  const paused = input.filter(({ situation }) => situation === 'paused')
  if (paused.length > 0) {
    yield `${names(paused)} ahead of the slowest by more than --max-skew: not read until it follows`
  }
  const leftOut = input.filter(({ situation }) => situation === 'left-out')
  if (leftOut.length > 0) {
    const limit = formatDuration(maxHoldMs)
    yield `${names(leftOut)} at the end and more than --max-hold (${limit}) behind: results do not wait for it`
  }
}

function names(input: readonly { topic: string; partition: number }[]): string {
  const all = input.map(({ topic, partition }) => `${topic} ${partition}`).join(', ')
  return `${all} ${input.length === 1 ? 'is' : 'are'}`
}
