import { utf8 } from '../core/bytes.ts'
import type { Clock } from '../port/clock.ts'
import type { RecordsSpan, SharedSource, Taker } from '../port/source.ts'

export interface ScriptedSourceOptions {
  /** The frames of each partition, as JSON text; a null is a tombstone. */
  readonly partitions: readonly (readonly (string | null)[])[]
  /** Records handed over by one poll and partition; 100 unless said. */
  readonly batch?: number
  readonly clock: Clock
}

/** A topic whose content is written in a test: records at offsets 0, 1, 2 … of each partition. */
export class ScriptedSource implements SharedSource {
  readonly name = 'scripted'
  readonly id = 'scripted'
  readonly bounded = false
  private readonly script: readonly (readonly (string | null)[])[]
  private readonly batch: number
  private readonly clock: Clock
  private readonly positions = new Map<number, number>()
  private waiting = new AbortController()

  constructor(options: ScriptedSourceOptions) {
    this.script = options.partitions
    this.batch = options.batch ?? 100
    this.clock = options.clock
  }

  get partitions(): number {
    return this.script.length
  }

  async open(positions: ReadonlyMap<number, number>): Promise<void> {
    for (const [partition, position] of positions) this.positions.set(partition, position)
  }

  async assign(partition: number, position: number): Promise<void> {
    this.positions.set(partition, position)
  }

  revoke(partition: number): void {
    this.positions.delete(partition)
  }

  async poll(taker: Taker, waitMs: number): Promise<boolean> {
    let came = false
    for (const [partition, position] of this.positions) {
      const frames = this.script[partition]!
      const end = Math.min(frames.length, position + this.batch)
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

  wake(): void {
    this.waiting.abort()
  }

  async close(): Promise<void> {
    this.wake()
  }
}

/** Records as they stand in a RecordBatch v2, without keys and headers. */
function spanOf(frames: readonly (string | null)[], baseOffset: number, time: number): RecordsSpan {
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
