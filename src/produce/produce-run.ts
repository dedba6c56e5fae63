import { isUtf8 } from 'node:buffer'
import { failure, isFailure } from '../core/errors.ts'
import { rejectOf } from '../core/reject.ts'
import { formatDuration } from '../core/units.ts'
import { afterBom } from '../extract/frame-start.ts'
import { spaceEnd } from '../extract/json-walk.ts'
import type { Clock } from '../port/clock.ts'
import type { FrameSink, RejectSink } from '../port/sink.ts'
import type { Progress, Source, Taker } from '../port/source.ts'
import { isFrame } from './frame-check.ts'
import { KeyField } from './key-field.ts'
import { type LineVisitor, LineWalker } from './line-walker.ts'
import { ResumeLedger } from './resume-ledger.ts'

const NEWLINE = 0x0a
/** A record alone in a batch takes this much beside its key and value, at most. */
const RECORD_OVERHEAD_BYTES = 90
/** A run shorter than this cost the sink more than it saved, so more lines are passed before the next. */
const RUN_BYTES_MIN = 16_384
const CLOSE_LOOKS_MAX = 4_096
const POLL_MS = 500
/** How long an interrupted run waits for what is in flight. */
const INTERRUPT_FLUSH_MS = 5_000

export interface ProduceOptions {
  readonly source: Source
  readonly sink: FrameSink
  readonly rejects: RejectSink
  readonly clock: Clock
  /** Lines at the beginning that were sent before. */
  readonly skip?: number
  /** How long the sink keeps trying, for the words of `produce-gave-up`. */
  readonly giveUpAfterMs?: number
  /** Frames per second at most. */
  readonly rate?: number
  /** Aborting stops the reading; what was read is still flushed. */
  readonly signal?: AbortSignal
  /** After each read. */
  readonly onProgress?: (report: ProduceReport) => void
}

export interface ProduceReport {
  /** Frames that are stored safely. */
  frames: number
  /** Bytes of the frames read and sent. */
  bytes: number
  rejected: Record<string, number>
  blank: number
  /** Line from which a later run goes on without leaving anything out. */
  position: number
  ms: number
}

/**
 * Lines of a source to a topic. Every line is sent, kept as a reject, or blank. Memory is bounded by
 * the sink's buffer and one read; while the sink is away the run waits. Delivered at least once: only
 * a resumed run can send a frame twice, and only one that was in flight.
 */
export class ProduceRun {
  private readonly options: ProduceOptions
  private readonly walker = new LineWalker()
  private readonly ledger = new ResumeLedger()
  private readonly keyField: KeyField | undefined
  private readonly rejected: Record<string, number> = {}
  private readonly started: number
  private line: number
  /** Lines to look at one by one where the sink has stopped. */
  private closeLooks = 1
  private sent = 0
  private bytes = 0
  private blank = 0

  constructor(options: ProduceOptions) {
    this.options = options
    const { keyField } = options.sink.rules
    this.keyField = keyField === undefined ? undefined : new KeyField(keyField)
    this.line = options.skip ?? 0
    this.started = options.clock.now()
  }

  /**
   * Resolves when every frame is stored. Throws what the source throws, after a flush;
   * `produce-gave-up` with the position to resume from; `produce-interrupted` with it after an abort.
   */
  async run(): Promise<ProduceReport> {
    const { source, sink, signal } = this.options
    const wake = () => source.wake()
    signal?.addEventListener('abort', wake)
    try {
      await source.open(new Map([[0, this.line]]))
      await this.pump()
      if (signal?.aborted) throw await this.interrupted()
      await this.unlessAborted(sink.flush())
      if (signal?.aborted) throw await this.interrupted()
      return this.report()
    } catch (error) {
      throw this.positioned(error)
    } finally {
      signal?.removeEventListener('abort', wake)
      await source.close()
    }
  }

  report(): ProduceReport {
    return {
      frames: this.options.sink.acked,
      bytes: this.bytes,
      rejected: this.rejected,
      blank: this.blank,
      position: this.ledger.position(this.options.sink.ackedThrough(), this.line),
      ms: this.options.clock.now() - this.started
    }
  }

  private async pump(): Promise<void> {
    const { source, sink, signal, onProgress } = this.options
    const taker: Taker = {
      lines: (_partition, bytes, start, end, last) => this.take(bytes, start, end, last),
      nextLine: () => this.line,
      records: () => undefined,
      progress: (_partition: number, _progress: Progress) => undefined
    }
    let more = true
    while (more && !signal?.aborted) {
      try {
        more = await source.poll(taker, POLL_MS)
      } catch (error) {
        await this.unlessAborted(sink.flush())
        throw error
      }
      this.ledger.prune(sink.ackedThrough())
      onProgress?.(this.report())
      if (sink.full) await this.unlessAborted(sink.ready())
      await this.pace()
    }
  }

  /** Keeps to the rate by waiting after a read until its frames are due. */
  private async pace(): Promise<void> {
    const { rate, clock, signal } = this.options
    if (rate === undefined) return
    const early = this.started + (this.sent / rate) * 1_000 - clock.now()
    if (early > 0) await clock.sleep(early, signal)
  }

  private take(bytes: Uint8Array, start: number, end: number, last: boolean): number {
    const now = this.options.clock.now()
    // What follows the last line end may be cut within a character, and is not looked at before it is whole.
    const wholeEnd = last ? end : Math.max(start, bytes.lastIndexOf(NEWLINE, end - 1) + 1)
    const knownUtf8 = isUtf8(bytes.subarray(start, wholeEnd))
    const visit: LineVisitor = (from, to, tooLong) => {
      this.takeLine(bytes, from, to, tooLong, knownUtf8, now)
      this.line++
    }
    if (!knownUtf8) return this.walker.walk(bytes, start, end, last, visit)
    let at = start
    for (;;) {
      const run = this.takeRun(bytes, at, end, now)
      at += run
      this.closeLooks = run < RUN_BYTES_MIN ? Math.min(this.closeLooks * 2, CLOSE_LOOKS_MAX) : 1
      const looked = this.walker.walk(bytes, at, end, last, visit, this.closeLooks)
      if (looked === 0) return at - start
      at += looked
    }
  }

  /** Sends the lines that are frames at sight, and returns their bytes. */
  private takeRun(bytes: Uint8Array, start: number, end: number, now: number): number {
    if (!this.walker.betweenLines) return 0
    const run = this.options.sink.sendLines(bytes, start, end, now)
    if (run.frames > 0) this.ledger.record(this.line, run.frames)
    this.line += run.frames
    this.sent += run.frames
    this.bytes += run.end - start - run.frames
    return run.end - start
  }

  private takeLine(
    bytes: Uint8Array,
    lineStart: number,
    end: number,
    tooLong: boolean,
    knownUtf8: boolean,
    now: number
  ): void {
    const { sink, source, rejects } = this.options
    const { check = 'ends' } = sink.rules
    const start = afterBom(bytes, lineStart, end)
    if (!tooLong && spaceEnd(bytes, start, end) === end) {
      this.blank++
      return
    }
    let key: Uint8Array | null = null
    let problem: string | undefined
    if (tooLong) problem = 'too-long'
    else if (!isFrame(bytes, start, end, check, knownUtf8)) problem = 'bad-json'
    else if (this.keyField) {
      problem = this.keyField.find(bytes, start, end)
      key = this.keyField.key
    }
    const size = end - start + (key?.length ?? 0) + RECORD_OVERHEAD_BYTES
    if (size > sink.batchBytesMax) problem ??= 'too-long'
    if (problem !== undefined) {
      this.rejected[problem] = (this.rejected[problem] ?? 0) + 1
      const frame = bytes.subarray(start, end)
      rejects.keep(rejectOf(source.name, 0, this.line, problem, frame))
      return
    }
    const value = bytes.subarray(start, end)
    sink.send(sink.partitionFor(key, value), key, value, now)
    this.ledger.record(this.line)
    this.sent++
    this.bytes += end - start
  }

  /** Waits for the sink, but not beyond an abort. */
  private async unlessAborted(waiting: Promise<void>): Promise<void> {
    const { signal } = this.options
    if (!signal) return waiting
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = () => resolve()
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
    try {
      await Promise.race([waiting, promise])
    } finally {
      signal.removeEventListener('abort', stop)
      // When the race was lost to the abort, the sink's own end is told by the flush.
      waiting.catch(() => undefined)
    }
  }

  /** Flushes what is in flight for a moment; what is not acked then is sent by the next run. */
  private async interrupted(): Promise<Error> {
    const { sink, clock } = this.options
    const done = new AbortController()
    const flushed = sink.flush().catch(() => undefined)
    await Promise.race([flushed, clock.sleep(INTERRUPT_FLUSH_MS, done.signal)])
    done.abort()
    const { frames, position } = this.report()
    return failure('produce-interrupted', { sent: frames, topic: sink.topic, position })
  }

  /** A sink that gives up knows sends only; people resume by lines. */
  private positioned(error: unknown): unknown {
    if (!isFailure(error, 'produce-gave-up')) return error
    const { sink, giveUpAfterMs = 0 } = this.options
    const { frames, position } = this.report()
    const problem = error.cause instanceof Error ? ` (${error.cause.message})` : ''
    const waited = `${formatDuration(giveUpAfterMs)}${problem}`
    return failure('produce-gave-up', { waited, sent: frames, topic: sink.topic, position }, error)
  }
}
