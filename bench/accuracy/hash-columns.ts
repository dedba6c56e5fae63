import type { HashColumns } from '../../src/sketch/index.ts'

/** Columns to write into. */
export interface DrawnColumns extends HashColumns {
  readonly room: number
}

export function drawnColumns(room: number): DrawnColumns {
  return {
    room,
    h1lo: new Uint32Array(room),
    h1hi: new Uint32Array(room),
    h2lo: new Uint32Array(room),
    h2hi: new Uint32Array(room)
  }
}
