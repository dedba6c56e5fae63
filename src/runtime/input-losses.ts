import type { InputLoss } from '../port/input-loss.ts'
import type { SharedSource } from '../port/source.ts'
import type { Intake } from './intake.ts'
import type { RunReport } from './report.ts'

/** What becomes of a partition whose input is gone: it stops, or goes on behind the loss. */
export type OnInputLoss = 'fail' | 'continue'
/** And of one with a batch that is damaged, or too large: it stops, or leaves the batch out. */
export type OnCorruptBatch = 'fail' | 'skip'

export interface InputLossesParts {
  readonly source: SharedSource
  readonly intake: Intake
  readonly report: RunReport
  readonly onInputLoss: OnInputLoss
  readonly onCorruptBatch: OnCorruptBatch
}

/** What the owner of the partitions lends. */
export interface LossHands {
  /** Flushes some partitions now. */
  readonly flush: (slots: ReadonlySet<number>) => Promise<void>
  /** False when a flush has shown that the partition is, or may be, somebody else's. */
  readonly isOurs: (slot: number) => boolean
}

/**
 * Input of this instance's partitions that is gone (protocol, "Input that is gone"). A partition that stops
 * is behind from then on, which holds the watermark: no final result lacks it silently. The others go on,
 * and their provisional results, because nothing is wrong with them; whoever takes the partition
 * over finds the same and stops it again, so that ending the instance would only drive it from one to the next.
 */
export class InputLosses {
  private readonly parts: InputLossesParts
  private readonly stopped = new Map<number, InputLoss>()

  constructor(parts: InputLossesParts) {
    this.parts = parts
  }

  /** True for a partition that is not read any more, or waits for one: it will never be further. */
  isStuck(slot: number): boolean {
    if (this.stopped.has(slot)) return true
    return this.stopped.size > 0 && this.parts.intake.isHeld(slot)
  }

  /** True when no partition of the input can be read any more, here or elsewhere. */
  get isAll(): boolean {
    const { slots } = this.parts.source.inputs
    return this.stopped.size > 0 && slots.every(slot => this.stopped.has(slot))
  }

  /** What the first of the stopped partitions is stopped for. */
  get failure(): Error | undefined {
    const [first] = this.stopped.values()
    return first?.error
  }

  /** Acts on what the source has told since the last turn. */
  async turn(hands: LossHands): Promise<void> {
    for (const [slot, loss] of this.parts.intake.takeLosses()) {
      const { onInputLoss, onCorruptBatch } = this.parts
      const policy = loss.kind === 'corrupt' ? onCorruptBatch : onInputLoss
      if (policy === 'fail') this.stop(slot, loss)
      else await this.goOn(slot, loss, hands)
    }
  }

  /** The partition is somebody else's now. */
  forget(slot: number): void {
    if (!this.stopped.delete(slot)) return
    this.parts.report.stopped.delete(this.parts.source.inputs.label(slot))
  }

  private stop(slot: number, loss: InputLoss): void {
    const { report, source } = this.parts
    const label = source.inputs.label(slot)
    const { message, cure } = loss.error
    this.stopped.set(slot, loss)
    report.stopped.set(label, `${label} is not read any more: ${message}`)
    report.warnings.add(
      `input-gone ${label} ${loss.offset}`,
      `${label} is not read any more: ${message}; ${cure}`
    )
  }

  /**
   * First what was read is flushed, then the mark that tells the loss: the range that it covers holds no
   * frames, or begins anew. Only then what lies behind is read.
   */
  private async goOn(slot: number, loss: InputLoss, { flush, isOurs }: LossHands): Promise<void> {
    const { intake, report, source } = this.parts
    const only = new Set([slot])
    await flush(only)
    if (!isOurs(slot)) return
    const combiner = intake.combiners.get(slot)!
    const { kind, resumeAt, lost, error } = loss
    if (kind === 'cut' && resumeAt < combiner.position) combiner.cutTo(resumeAt)
    else combiner.skipTo(resumeAt)
    // Nothing is known of the record before: a stale epoch would make the broker call the log cut.
    combiner.leaderEpoch = undefined
    await flush(only)
    if (!isOurs(slot)) return
    const label = source.inputs.label(slot)
    report.inputLost.set(label, (report.inputLost.get(label) ?? 0) + lost)
    const told = kind === 'corrupt' ? '--on-corrupt-batch skip' : '--on-input-loss continue'
    const goesOn = `${label} goes on at offset ${resumeAt} (${told})`
    report.warnings.add(`input-gone ${label} ${loss.offset}`, `${error.message}; ${goesOn}`)
    // Suspended frames from before the cut are read again, as far as they are there.
    const readFrom = kind === 'cut' ? Math.max(loss.start, combiner.readFrom) : resumeAt
    await source.assign(slot, readFrom)
    if (intake.isHeld(slot)) source.pause(slot)
  }
}
