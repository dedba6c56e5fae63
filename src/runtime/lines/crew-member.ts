import { assert } from '../../core/assert.ts'
import type { LinePiece, LineText } from '../../port/line-pieces.ts'
import { ThreadGroups } from './gathered-groups.ts'
import { type LineBounds, roomBytesMax } from './line-bounds.ts'
import type { LineAnswer, LineTask } from './line-message.ts'
import { LineRoom, type RoomMemory, roomMemory, withBytes } from './line-room.ts'
import { roomRows } from './line-work.ts'
import type { LineWorker, StartLineWorker } from './line-worker.ts'

/** One is worked on, one waits for that, one is being taken. */
const ROOMS = 3

/** A piece on its way: with a member of the crew, then found, until it is taken. */
export interface LineTurn {
  readonly member: CrewMember
  readonly piece: LinePiece
  /** Undefined while it is at work. */
  found:
    | { readonly answer: LineAnswer; readonly room: LineRoom; readonly groups: ThreadGroups }
    | undefined
  failure: { readonly error: unknown } | undefined
}

/** One worker with the rooms that its pieces lie in. */
export class CrewMember {
  /** Turns that were not answered, in the order of their jobs. */
  private readonly jobs: LineTurn[] = []
  private readonly free: RoomMemory[] = []
  private readonly worker: LineWorker
  private readonly bounds: LineBounds
  private groups = new ThreadGroups()
  private death: { readonly error: unknown } | undefined

  /** `onChange`: a turn was answered, or has failed. */
  constructor(start: StartLineWorker, bounds: LineBounds, onChange: () => void) {
    this.bounds = bounds
    for (let room = 0; room < ROOMS; room++) {
      this.free.push(roomMemory(bounds.roomBytes, roomRows(bounds.columnFrames)))
    }
    this.worker = start({
      onAnswer: answer => {
        // What it said last may come after its death; its turns have failed then.
        if (this.death) return
        this.answered(answer)
        onChange()
      },
      onDeath: error => {
        this.death ??= { error }
        for (const turn of this.jobs.splice(0)) turn.failure = this.death
        onChange()
      }
    })
  }

  get hasRoom(): boolean {
    return this.free.length > 0
  }

  /** Jobs that it has to do. */
  get load(): number {
    return this.jobs.length
  }

  /** Begins a piece in a free room. */
  begin(piece: LinePiece): LineTurn {
    const memory = this.free.pop()
    assert(memory, 'a member with a free room was chosen')
    const turn: LineTurn = { member: this, piece, found: undefined, failure: undefined }
    if (piece.kind === 'range') this.post(turn, memory, piece)
    else this.bring(turn, memory, piece)
    return turn
  }

  /** Goes on with what the room had no place for; its rows have been taken. */
  goOn(turn: LineTurn): void {
    const { memory, rest, narrow } = turn.found!.answer
    assert(rest, 'something is left')
    const bytes = Math.min(2 * memory.bytes.byteLength, roomBytesMax(this.bounds))
    this.post(turn, narrow ? withBytes(memory, bytes) : memory, rest)
  }

  /** The turn is taken: its room is free. */
  release(turn: LineTurn): void {
    const { memory } = turn.found!.answer
    const { roomBytes } = this.bounds
    // A large room was for one long line.
    this.free.push(memory.bytes.byteLength > roomBytes ? withBytes(memory, roomBytes) : memory)
  }

  terminate(): Promise<void> {
    return this.worker.terminate()
  }

  private bring(turn: LineTurn, memory: RoomMemory, { bytes, last }: LineText): void {
    const { length } = bytes
    const wide = length > memory.bytes.byteLength ? withBytes(memory, length) : memory
    new Uint8Array(wide.bytes).set(bytes)
    this.post(turn, wide, { kind: 'text', from: 0, to: length, last })
  }

  private post(turn: LineTurn, memory: RoomMemory, task: LineTask): void {
    turn.found = undefined
    turn.failure = this.death
    if (this.death) return
    this.jobs.push(turn)
    this.worker.post({ memory, task })
  }

  private answered(answer: LineAnswer): void {
    if (answer.renewed) this.groups = new ThreadGroups()
    const { groups } = this
    for (const text of answer.groups) groups.texts.push(text)
    const turn = this.jobs.shift()
    assert(turn, 'answers are to jobs')
    const room = new LineRoom(answer.memory, roomRows(this.bounds.columnFrames))
    room.columns.count = answer.rows
    turn.found = { answer, room, groups }
  }
}
