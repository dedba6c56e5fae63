import { decodeMark, MARK_TYPE, type Mark } from '../combine/mark.ts'
import type { SourceRange } from '../combine/source-range.ts'
import { decodeKey, decodePosition, type PositionRecord } from './state-record.ts'

/** The newest mark that follows on all before it, and when it was written (ms since the epoch). */
export interface MarkView {
  readonly mark: Mark
  readonly writtenAt: number
  /** The first range after it that does not go on where it ends: stage 2 refuses that one. */
  readonly refused?: SourceRange
}

/**
 * What an app's own topics say about its input (protocol, "Taking over"): the marks that stage 2 has
 * stored in `<app>-windows` partition 0, and those in the unread rest of `<app>-partials` partition 0,
 * as far as they follow on. Feed it the one, then the other from `position` on; both read committed.
 */
export class InputMarks {
  private readonly views = new Map<string, MarkView>()
  private stored: PositionRecord | undefined

  /** A record of `<app>-windows` partition 0. @throws format-damaged, format-version */
  takeState(key: Uint8Array | null, value: Uint8Array | null, writtenAt: number): void {
    if (!key || !value) return
    const { type } = decodeKey(key)
    if (type === 'position') this.stored = decodePosition(value)
    if (type !== 'mark') return
    const mark = decodeMark(value)
    this.views.set(keyOf(mark.range), { mark, writtenAt })
  }

  /** A record of `<app>-partials` partition 0. @throws format-damaged, format-version */
  takePartial(value: Uint8Array | null, writtenAt: number): void {
    if (value?.[0] !== MARK_TYPE) return
    const mark = decodeMark(value)
    const key = keyOf(mark.range)
    const view = this.views.get(key)
    const from = mark.restart ?? mark.range.from
    if (!view || (from === view.mark.range.to && !view.refused)) {
      this.views.set(key, { mark, writtenAt })
    } else if ((mark.restart ?? mark.range.to) > view.mark.range.to && !view.refused) {
      this.views.set(key, { ...view, refused: mark.range })
    }
  }

  /** Offset of the partials partition up to which stage 2 has stored what it read. */
  get position(): number {
    return this.stored?.position ?? 0
  }

  /** W2 of the stored position record in ms, −Infinity before it is known. */
  get watermark(): number {
    return this.stored?.watermark ?? Number.NEGATIVE_INFINITY
  }

  view(source: string, partition: number): MarkView | undefined {
    return this.views.get(keyOf({ source, partition }))
  }
}

function keyOf({ source, partition }: Pick<SourceRange, 'source' | 'partition'>): string {
  return `${partition}|${source}`
}
