import { Columns } from '../../extract/columns.ts'

/** The memory of a room: it goes to a thread with a job, and comes back with the answer. */
export interface RoomMemory {
  readonly bytes: ArrayBuffer
  readonly columns: ArrayBuffer
}

/** Where a piece is worked on: its bytes, and the rows that are found in them. Only one thread has it at a time. */
export class LineRoom {
  readonly memory: RoomMemory
  readonly bytes: Uint8Array
  readonly columns: Columns

  constructor(memory: RoomMemory, rows: number) {
    this.memory = memory
    this.bytes = new Uint8Array(memory.bytes)
    this.columns = new Columns(rows, { buffer: memory.columns, at: 0, rows })
  }
}

export function roomMemory(bytes: number, rows: number): RoomMemory {
  return { bytes: new ArrayBuffer(bytes), columns: new ArrayBuffer(Columns.bytesFor(rows)) }
}

/** The same columns with other bytes. */
export function withBytes({ columns }: RoomMemory, bytes: number): RoomMemory {
  return { columns, bytes: new ArrayBuffer(bytes) }
}
