import type { SourceRange } from '../combine/source-range.ts'

/**
 * How a flush's range fits to what was taken of its source before (protocol, stage 2):
 * `first` nothing stored, `next` it continues there, `covered` all of it was taken, `overlap` part
 * of it was, `gap` something before it is missing.
 */
export type RangeFit = 'first' | 'next' | 'covered' | 'overlap' | 'gap'

/** Where each source stands: the `to` of its newest mark. */
export class RangeCheck {
  private readonly taken = new Map<string, number>()

  fit(range: SourceRange): RangeFit {
    const to = this.taken.get(sourceKey(range))
    if (to === undefined) return 'first'
    if (range.from === to) return 'next'
    if (range.to <= to && range.from < to) return 'covered'
    return range.from < to ? 'overlap' : 'gap'
  }

  /** The mark arrived: everything up to its end is taken. */
  advance(range: SourceRange): void {
    const key = sourceKey(range)
    this.taken.set(key, Math.max(range.to, this.taken.get(key) ?? 0))
  }

  position(source: string, partition: number): number | undefined {
    return this.taken.get(sourceKey({ source, partition }))
  }
}

export function sourceKey(range: Pick<SourceRange, 'source' | 'partition'>): string {
  return `${range.source}|${range.partition}`
}
