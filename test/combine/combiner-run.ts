import { Combiner, type CombinerOptions, type Flush } from '../../src/combine/combiner.ts'
import { text, utf8 } from '../../src/core/bytes.ts'
import { COUNTED, Columns } from '../../src/extract/columns.ts'
import { WindowPlan } from '../../src/window/plan.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const START = Date.UTC(2016, 6, 11, 13, 40)

/** One frame as an extractor would give it. */
export interface Row {
  readonly time: number
  readonly user: number
  readonly group?: string
  /** `verdicts` code, counted unless said. */
  readonly verdict?: number
  /** The record's own time; none unless said. */
  readonly recordTime?: number
}

/** The frames of a partition, and a combiner that reads them in chunks as it is told. */
export class CombinerRun {
  readonly combiner: Combiner
  private log: readonly Row[]
  private readonly groups: string[] = []
  private readonly gone: ReadonlySet<number>
  private next: number

  constructor(
    log: readonly Row[],
    options: Partial<CombinerOptions> & { readonly sizes?: readonly string[] } = {},
    from: { position: number; clockState?: Uint8Array; gone?: readonly number[] } = { position: 0 }
  ) {
    const { sizes = ['1m', '1h', '1d'], ...rest } = options
    this.log = log
    this.gone = new Set(from.gone)
    this.combiner = new Combiner(
      {
        source: 's',
        partition: 0,
        partitions: 1,
        sketch: 'exact',
        precision: 14,
        waitMs: 5_000,
        plan: new WindowPlan({ sizes }),
        ...rest
      },
      { text: id => this.groups[id]! },
      from.position,
      from.clockState
    )
    this.next = this.combiner.readFrom
  }

  /** Reads on to `offset` (the end unless said), at most `chunk` frames at once. */
  read(to: number = this.log.length, chunk = 1_000): this {
    while (this.next < to) {
      const end = Math.min(to, this.next + chunk)
      this.take(this.next, end)
      this.combiner.advance(end)
      this.next = end
    }
    return this
  }

  /** What lies before `at` is deleted. */
  skip(at: number): this {
    this.combiner.skipTo(at)
    this.next = at
    return this
  }

  /** The log is cut at `at`, and goes on with other frames there. */
  cut(at: number, rest: readonly Row[]): this {
    this.combiner.cutTo(at)
    this.log = [...this.log.slice(0, at), ...rest]
    this.next = this.combiner.readFrom
    return this
  }

  /** Flushes, and forgets the group ids as the owner of an extractor does. */
  flush(): Flush {
    const flush = this.combiner.flush('behind')
    this.groups.length = 0
    return flush
  }

  private take(from: number, to: number): void {
    const columns = new Columns(to - from)
    const bytes = utf8(
      this.log
        .slice(from, to)
        .map((_, i) => frameAt(from + i))
        .join('')
    )
    let at = 0
    for (let offset = from; offset < to; offset++) {
      const length = frameAt(offset).length
      if (!this.gone.has(offset)) this.fill(columns, offset, at, length)
      at += length
    }
    this.combiner.take(columns, bytes)
  }

  private fill(columns: Columns, offset: number, at: number, length: number): void {
    const { time, user, group = 'null', verdict = COUNTED, recordTime } = this.log[offset]!
    const row = columns.count++
    const mixed = Math.imul(user + 1, 0x9e3779b1)
    columns.verdict[row] = verdict
    columns.time[row] = time
    columns.recordTime[row] = recordTime ?? Number.NaN
    columns.h1lo[row] = mixed >>> 0
    columns.h1hi[row] = Math.imul(mixed ^ user, 0x85ebca6b) >>> 0
    columns.h2lo[row] = ~mixed >>> 0
    columns.h2hi[row] = user
    columns.offset[row] = offset
    columns.start[row] = at
    columns.end[row] = at + length
    let id = this.groups.indexOf(group)
    if (id < 0) id = this.groups.push(group) - 1
    columns.group[row] = id
  }
}

/** Raw bytes of the frame at an offset. */
export function frameAt(offset: number): string {
  return `<frame ${offset}>`
}

/** So many users at once, which moves the clock to `time`. */
export function crowd(time: number, frames = 16): Row[] {
  return Array.from({ length: frames }, (_, user) => ({ time, user: 1_000 + user }))
}

/** A flush without objects of its own: to compare. */
export function plain({ partials, mark, rejects, rejectsDropped }: Flush): object {
  const panes = partials.map(({ sketch, audit, ...rest }) => ({
    ...rest,
    sketch: sketch?.serialize(),
    audit: audit?.serialize()
  }))
  const raw = rejects.map(({ offset, reason, bytes }) => [offset, reason, text(bytes)])
  return { panes, mark, raw, rejectsDropped }
}
