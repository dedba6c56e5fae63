import { failure, isFailure } from '../core/errors.ts'
import type { Inputs } from '../core/inputs.ts'
import type { Clock } from '../port/clock.ts'
import { goneTopics, growRecord, type InputFindings, inputsOf } from './input-growth.ts'
import type { AppRecord } from './record.ts'

/** How often topics and partitions are looked for. */
const LOOK_EVERY_MS = 30_000
/** After a sign that something changed; brokers learn of changes one after the other. */
const LOOK_AGAIN_MS = 1_000

export interface InputWatchParts {
  readonly inputs: Inputs
  /** The record that holds at the start. */
  readonly record: AppRecord
  readonly clock: Clock
  /** The newest record; undefined when nobody has written one since it was asked for last. */
  newer(): Promise<AppRecord | undefined>
  /** What is there now of the topics of a record, and of those that were asked for. */
  find(record: AppRecord): Promise<InputFindings>
  /** Writes what `next` makes of the newest record, and answers what holds. */
  settle(next: (stored: AppRecord) => AppRecord): Promise<AppRecord>
  /** Whether an attempt that failed so may go well the next time. */
  mayPass(error: unknown): boolean
  readonly tell: (line: string) => void
  /** Milliseconds between two looks. */
  readonly everyMs?: number
}

/**
 * Keeps an instance's view of its input up to date: it writes to the record what it notices first, and
 * takes over what others have written.
 */
export class InputWatch {
  private readonly parts: InputWatchParts
  private record: AppRecord
  /** Deleted at the last look: only what two looks in a row do not find is gone. */
  private missing: ReadonlySet<string> = new Set()
  private hurried: AbortController | undefined
  private isDoubted = false

  constructor(parts: InputWatchParts) {
    this.parts = parts
    this.record = parts.record
    parts.inputs.onDoubt(() => {
      this.isDoubted = true
      this.hurried?.abort()
    })
  }

  /** Until the signal aborts. Throws what waiting does not cure, as `app-input-other`, `app-size-added`. */
  async follow(stop: AbortSignal): Promise<void> {
    const { clock } = this.parts
    while (!stop.aborted) {
      await this.pause(stop)
      this.isDoubted = false
      if (stop.aborted) return
      try {
        await this.look()
      } catch (error) {
        if (stop.aborted) return
        if (!this.parts.mayPass(error) && !isFailure(error, 'interrupted')) throw error
      }
      // Whatever hurries it, it looks no more often than that.
      await clock.sleep(LOOK_AGAIN_MS, stop)
    }
  }

  /** One look at the record and at the topics. */
  async look(): Promise<void> {
    const { inputs } = this.parts
    this.record = (await this.parts.newer()) ?? this.record
    checkSizes(this.record, this.parts.record)
    const findings = await this.parts.find(this.record)
    if (growRecord(this.record, findings) !== this.record) {
      this.record = await this.parts.settle(stored => growRecord(stored, findings))
    }
    const missing = goneTopics(this.record, findings)
    const gone = new Set(
      [...missing].filter(name => this.missing.has(name) || wasGone(inputs, name))
    )
    if (missing.size > gone.size) this.isDoubted = true
    this.missing = missing
    this.tellChanges(gone)
    inputs.update(inputsOf(this.record, gone))
  }

  private async pause(stop: AbortSignal): Promise<void> {
    if (this.isDoubted) return
    this.hurried = new AbortController()
    const { clock, everyMs = LOOK_EVERY_MS } = this.parts
    await clock.sleep(everyMs, AbortSignal.any([stop, this.hurried.signal]))
    this.hurried = undefined
  }

  private tellChanges(gone: ReadonlySet<string>): void {
    const { inputs, tell } = this.parts
    const before = inputs.list
    for (const [index, { name, partitions, retired }] of this.record.topics.entries()) {
      const known = before[index]
      if (!known) tell(`topic ${name} is new: counting it from its beginning`)
      else if (retired && !known.retired) tell(`topic ${name} is retired: it is counted no more`)
      else if (partitions > known.partitions) {
        tell(`topic ${name} has ${partitions} partitions now, it had ${known.partitions}`)
      } else if (gone.has(name) && !known.gone && !retired) {
        tell(
          `topic ${name} is gone: windows stay open until it is given up with: headcount app retire-topic ${name} --app ${this.record.app}`
        )
      }
    }
  }
}

/** Sizes are added while no instance runs: one that started at that very moment must not go on without. */
function checkSizes(now: AppRecord, atStart: AppRecord): void {
  const size = now.added.find(name => !atStart.added.includes(name))
  if (size !== undefined) throw failure('app-size-added', { app: now.app, size })
}

function wasGone(inputs: Inputs, name: string): boolean {
  return inputs.list.some(input => input.name === name && input.gone)
}
