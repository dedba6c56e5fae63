import type { Columns } from '../../extract/columns.ts'
import type { LineBounds } from './line-bounds.ts'

/** How large pieces are: as large as their bound, or so that their rows fit in a room when lines are short. */
export class PieceSize {
  bytes: number
  private readonly most: number
  private readonly rows: number

  constructor({ pieceBytes, columnFrames }: LineBounds) {
    this.bytes = pieceBytes
    this.most = pieceBytes
    // As many again fit: lines may become shorter.
    this.rows = columnFrames
  }

  /** Follows what the last piece was like. */
  observe({ count, start, end }: Columns): void {
    if (count === 0) return
    const rowBytes = (end[count - 1]! - start[0]!) / count
    this.bytes = Math.max(1, Math.min(this.most, Math.floor(rowBytes * this.rows)))
  }
}
