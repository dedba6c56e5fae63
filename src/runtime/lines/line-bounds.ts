import { limits } from '../../core/limits.ts'

/** What the end of a piece's last line usually takes. */
const SPARE_BYTES = 65_536

export interface LineBounds {
  readonly frameBytes: number
  /** Rows that an extractor finds at once. */
  readonly columnFrames: number
  /** Bytes of a piece, at most. */
  readonly pieceBytes: number
  /** Bytes of a room: a piece, and the end of its last line. */
  readonly roomBytes: number
}

/**
 * V8 counts memory that arrives as if it were new, and collects garbage for it: rooms are as small as their
 * work allows, and pieces so large that there are few of them.
 */
export const lineBounds: LineBounds = {
  frameBytes: limits.frameBytesMax,
  columnFrames: limits.columnFramesMax / 2,
  pieceBytes: 2 * limits.readBytes,
  roomBytes: 2 * limits.readBytes + SPARE_BYTES
}

/** What a line may have beside its frame until it is certainly too long: byte order mark, line end, one byte more. */
const FRAME_SLACK = 8

/** Bytes of the largest room: that of a line which turns out to be too long. */
export function roomBytesMax({ frameBytes, roomBytes }: LineBounds): number {
  return Math.max(roomBytes, frameBytes + FRAME_SLACK)
}
