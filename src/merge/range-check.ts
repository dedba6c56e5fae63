import type { Mark } from '../combine/mark.ts'
import type { SourceRange } from '../combine/source-range.ts'

/**
 * How a flush's range fits to what was taken of its source before (protocol, stage 2):
 * `first` nothing stored, `next` it continues there, `covered` all of it was taken, `overlap` part
 * of it was, `gap` something before it is missing.
 */
export type RangeFit = 'first' | 'next' | 'covered' | 'overlap' | 'gap'

/** A source whose flushes do not continue where it stands. */
export interface Misfit {
  readonly source: string
  readonly partition: number
  readonly fit: 'overlap' | 'gap'
  /** Offset at which it stands, and the range that came instead. */
  readonly stands: number
  readonly from: number
  readonly to: number
}

/**
 * Proves at run time that every input range arrives exactly once: where each source stands is the `to`
 * of its newest mark. What was taken before is dropped whole; a flush that leaves something out, or has
 * something twice, is refused, and so are those after it until one continues where the source stands.
 * As its marks are not taken either, the source holds the watermark meanwhile.
 *
 * What is gone from the log is part of the range of some mark. Only a mark that restarts the source, because
 * the log was cut, sets it back; it must name where the source stood.
 */
export class RangeCheck {
  private readonly taken = new Map<string, number>()
  private readonly refused = new Map<string, Misfit>()
  /** The range that was let in last: the partials of a flush share one. */
  private admitted: SourceRange | undefined

  fit(range: SourceRange): RangeFit {
    const to = this.taken.get(sourceKey(range))
    if (to === undefined) return 'first'
    if (range.from === to) return 'next'
    if (range.to <= to && range.from < to) return 'covered'
    return range.from < to ? 'overlap' : 'gap'
  }

  /** Whether a partial of this range, or a mark, is to be taken. */
  admits(range: SourceRange, restart?: number): boolean {
    if (restart === undefined && this.admitted && isSame(this.admitted, range)) return true
    const fit = restart === undefined ? this.fit(range) : this.restartFit(range, restart)
    if (fit === 'first' || fit === 'next') {
      if (this.refused.size > 0) this.refused.delete(sourceKey(range))
      if (restart === undefined) this.admitted = range
      return true
    }
    if (fit !== 'covered') {
      const { source, partition, from, to } = range
      const stands = this.taken.get(sourceKey(range))!
      this.admitted = undefined
      this.refused.set(sourceKey(range), { source, partition, fit, stands, from, to })
    }
    return false
  }

  /** A log that was cut: the mark has to name where the source stands. */
  private restartFit(range: SourceRange, stood: number): RangeFit {
    const to = this.taken.get(sourceKey(range))
    if (to === undefined) return 'first'
    if (stood === to) return 'next'
    return stood < to ? 'overlap' : 'gap'
  }

  /** Sources that are refused now. */
  get misfits(): readonly Misfit[] {
    return [...this.refused.values()]
  }

  /** The mark arrived: everything up to its end is taken. */
  advance({ range, restart }: Pick<Mark, 'range' | 'restart'>): void {
    this.admitted = undefined
    const key = sourceKey(range)
    const before = restart === undefined ? (this.taken.get(key) ?? 0) : 0
    this.taken.set(key, Math.max(range.to, before))
  }
}

function isSame(left: SourceRange, right: SourceRange): boolean {
  const { source, partition, from, to } = left
  return (
    to === right.to &&
    from === right.from &&
    partition === right.partition &&
    source === right.source
  )
}

export function sourceKey(range: Pick<SourceRange, 'source' | 'partition'>): string {
  return `${range.source}|${range.partition}`
}
