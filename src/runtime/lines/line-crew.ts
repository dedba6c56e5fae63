import type { Columns } from '../../extract/columns.ts'
import type { LinePiece, LinePieces } from '../../port/line-pieces.ts'
import type { FrameSource, Taker } from '../../port/source.ts'
import { fromThreadFailure } from '../threads/thread-message.ts'
import { CrewMember, type LineTurn } from './crew-member.ts'
import type { GatheredGroups } from './gathered-groups.ts'
import { type LineBounds, lineBounds } from './line-bounds.ts'
import type { StartLineWorker } from './line-worker.ts'
import { PieceSize } from './piece-size.ts'

export interface LineCrewParts {
  readonly pieces: LinePieces
  readonly threads: number
  readonly start: StartLineWorker
  readonly groups: GatheredGroups
  /** Takes rows in the order of the input; the bytes that they lie in are gone afterwards. */
  readonly onRows: (columns: Columns, bytes: Uint8Array, nextLine: number) => void
  /** For tests; `lineBounds` unless given. */
  readonly bounds?: LineBounds
}

/**
 * A source whose lines are extracted by several threads, piece by piece, and taken here in their order: the
 * clock and all that follows from it see what they would see with one thread
 * (docs/design/0019-threads-over-files.md).
 */
export class LineCrew implements FrameSource {
  readonly bounded = true
  private readonly pieces: LinePieces
  private readonly groups: GatheredGroups
  private readonly onRows: LineCrewParts['onRows']
  private readonly bounds: LineBounds
  private readonly size: PieceSize
  private readonly threads: number
  private readonly start: StartLineWorker
  private readonly members: CrewMember[] = []
  /** Pieces in their order: at work, or done and not taken. A failure to go on stands where it came. */
  private readonly turns: (LineTurn | { readonly error: unknown })[] = []
  /** Nothing follows what is in `turns`. */
  private fed = false
  private closed = false
  private line = 0
  private awake: (() => void) | undefined
  private released: (() => void) | undefined

  constructor(parts: LineCrewParts) {
    const { bounds = lineBounds } = parts
    this.pieces = parts.pieces
    this.groups = parts.groups
    this.onRows = parts.onRows
    this.bounds = bounds
    this.size = new PieceSize(bounds)
    this.threads = parts.threads
    this.start = parts.start
  }

  async open(): Promise<void> {
    await this.pieces.open()
    const onChange = (): void => {
      if (this.isReady) this.wake()
    }
    for (let i = 0; i < this.threads; i++) {
      this.members.push(new CrewMember(this.start, this.bounds, onChange))
    }
    void this.feed()
  }

  async poll(taker: Taker, waitMs: number): Promise<boolean> {
    if (!this.isReady) await this.change(waitMs)
    const [turn] = this.turns
    if (turn === undefined) {
      if (this.fed) taker.progress(0, { position: this.line, end: -1, atEnd: true })
      return !this.fed
    }
    if ('error' in turn) throw this.pieces.failureOf(turn.error, this.line)
    if (turn.failure) throw turn.failure.error
    if (turn.found) await this.take(turn, taker)
    return true
  }

  wake(): void {
    this.awake?.()
  }

  async close(): Promise<void> {
    this.closed = true
    this.fed = true
    this.wake()
    this.released?.()
    // They read files that the pieces have opened.
    await Promise.all(this.members.map(member => member.terminate()))
    await this.pieces.close()
  }

  /** The next `poll` has something to say. */
  private get isReady(): boolean {
    const [turn] = this.turns
    if (turn === undefined) return this.fed
    return 'error' in turn || turn.failure !== undefined || turn.found !== undefined
  }

  /** Keeps all rooms busy until the input ends. */
  private async feed(): Promise<void> {
    try {
      while (!this.closed) {
        if (!this.members.some(({ hasRoom }) => hasRoom)) await this.release()
        else {
          const piece = await this.pieces.next(this.size.bytes)
          if (piece === undefined) break
          // A long line needs a room of its size: there is one such at a time.
          while (this.isLong(piece) && this.turns.length > 0 && !this.closed) await this.release()
          if (!this.closed) this.turns.push(this.idlest().begin(piece))
        }
      }
    } catch (error) {
      this.turns.push({ error })
    }
    this.fed = true
    this.wake()
  }

  private isLong(piece: LinePiece): boolean {
    return piece.kind === 'text' && piece.bytes.length > this.bounds.roomBytes
  }

  private idlest(): CrewMember {
    const free = this.members.filter(({ hasRoom }) => hasRoom)
    return free.reduce((least, member) => (member.load < least.load ? member : least))
  }

  private async take(turn: LineTurn, taker: Taker): Promise<void> {
    const { member, piece } = turn
    const { answer, room, groups } = turn.found!
    const { columns, bytes } = room
    this.groups.translate(columns, groups)
    for (let row = 0; row < answer.rows; row++) columns.offset[row]! += this.line
    this.line += answer.lines
    this.onRows(columns, bytes, this.line)
    this.size.observe(columns)
    taker.progress(0, { position: this.line, end: -1, atEnd: false })
    if (answer.failure) throw fromThreadFailure(answer.failure)
    if (answer.rest) {
      member.goOn(turn)
      return
    }
    this.turns.shift()
    member.release(turn)
    this.released?.()
    if (piece.kind === 'range') await this.pieces.taken(piece)
  }

  /** Resolves when a turn was taken, or none will be. */
  private release(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.released = resolve
    return promise
  }

  /** Resolves when `poll` has something to say, when it is told to wake, or after `waitMs`. */
  private async change(waitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, waitMs)
    this.awake = resolve
    await promise
    clearTimeout(timer)
    this.awake = undefined
  }
}
