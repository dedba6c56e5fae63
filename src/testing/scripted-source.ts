import { utf8 } from '../core/bytes.ts'
import { failure } from '../core/errors.ts'
import { Inputs } from '../core/inputs.ts'
import type { Clock } from '../port/clock.ts'
import type { InputLoss } from '../port/input-loss.ts'
import type { RecordsSpan, SharedSource, Taker } from '../port/source.ts'

type Frames = readonly (string | null)[]

export interface ScriptedSourceOptions {
  /** The frames of each partition of one topic, as JSON text; a null is a tombstone. */
  readonly partitions: readonly Frames[]
  /** Instead of the one topic: topics that may grow, and the frames by slot. */
  readonly topics?: { readonly inputs: Inputs; framesOf(slot: number): Frames }
  /** The first offset that the log still has; 0 unless said. Frames before it are deleted. */
  readonly firstKept?: (slot: number) => number
  /** Records handed over by one poll and partition; 100 unless said. */
  readonly batch?: number
  readonly clock: Clock
}

/** A topic whose content is written in a test: records at offsets 0, 1, 2 … of each partition. */
export class ScriptedSource implements SharedSource {
  readonly inputs: Inputs
  readonly bounded = false
  private readonly framesOf: (slot: number) => Frames
  private readonly firstKept: (slot: number) => number
  private readonly batch: number
  private readonly clock: Clock
  private readonly positions = new Map<number, number>()
  private readonly paused = new Set<number>()
  private readonly shares = new Map<number, number>()
  private waiting = new AbortController()

  constructor(options: ScriptedSourceOptions) {
    const { partitions: script, topics } = options
    const only = { name: 'scripted', id: 'scripted', partitions: script.length }
    this.inputs = topics?.inputs ?? Inputs.of(only)
    this.framesOf = slot => (topics ? topics.framesOf(slot) : script[slot]!)
    this.firstKept = options.firstKept ?? (() => 0)
    this.batch = options.batch ?? 100
    this.clock = options.clock
  }

  async open(positions: ReadonlyMap<number, number>): Promise<void> {
    for (const [partition, position] of positions) this.positions.set(partition, position)
  }

  async assign(partition: number, position: number): Promise<void> {
    this.positions.set(partition, position)
    this.paused.delete(partition)
  }

  pause(partition: number): void {
    this.paused.add(partition)
  }

  resume(partition: number): void {
    this.paused.delete(partition)
    this.wake()
  }

  pace(partition: number, share: number): void {
    this.shares.set(partition, share)
  }

  revoke(partition: number): void {
    this.positions.delete(partition)
  }

  async poll(taker: Taker, waitMs: number): Promise<boolean> {
    let came = false
    for (const [partition, position] of this.positions) {
      if (this.paused.has(partition)) continue
      const frames = this.framesOf(partition)
      const loss = this.lossAt(partition, position, frames.length)
      if (loss) {
        came = true
        this.positions.delete(partition)
        taker.lost?.(partition, loss)
        continue
      }
      const end = Math.min(frames.length, position + this.batchOf(partition))
      if (end > position) {
        came = true
        taker.records(partition, spanOf(frames.slice(position, end), position, this.clock.now()))
        this.positions.set(partition, end)
      }
      taker.progress(partition, {
        position: end,
        end: frames.length,
        atEnd: end === frames.length
      })
    }
    if (!came) {
      this.waiting = new AbortController()
      await this.clock.sleep(waitMs, this.waiting.signal)
    }
    return true
  }

  /** Positions outside of the log: deleted before they were read, or beyond its end. */
  private lossAt(slot: number, offset: number, end: number): InputLoss | undefined {
    const { input, partition } = this.inputs.place(slot)
    const topic = input.name
    const start = this.firstKept(slot)
    const where = { topic, partition, offset, start, end }
    if (offset < start) {
      const lost = start - offset
      const error = failure('offset-gone', { ...where, lost })
      return { ...where, kind: 'deleted', resumeAt: start, lost, error }
    }
    if (offset <= end) return undefined
    const lost = offset - end
    const error = failure('log-cut', { topic, partition, offset, end, resumeAt: end, lost })
    return { ...where, kind: 'cut', resumeAt: end, lost, error }
  }

  private batchOf(partition: number): number {
    return Math.ceil(this.batch * (this.shares.get(partition) ?? 1))
  }

  wake(): void {
    this.waiting.abort()
  }

  async close(): Promise<void> {
    this.wake()
  }
}

/** Records as they stand in a RecordBatch v2, without keys and headers. */
function spanOf(frames: Frames, baseOffset: number, time: number): RecordsSpan {
  const bytes: number[] = []
  for (const [delta, frame] of frames.entries()) {
    const value = frame === null ? undefined : utf8(frame)
    const body = [0, 0, ...zigzag(delta), ...zigzag(-1), ...zigzag(value?.length ?? -1)]
    const length = body.length + (value?.length ?? 0) + 1
    bytes.push(...zigzag(length), ...body, ...(value ?? []), 0)
  }
  return {
    bytes: Uint8Array.from(bytes),
    start: 0,
    end: bytes.length,
    count: frames.length,
    fromOffset: baseOffset,
    baseOffset,
    baseTime: time,
    maxTime: time,
    logAppendTime: false
  }
}

function zigzag(value: number): number[] {
  let rest = (value << 1) ^ (value >> 31)
  const bytes: number[] = []
  while (rest > 127) {
    bytes.push((rest & 127) | 128)
    rest >>>= 7
  }
  return [...bytes, rest]
}
