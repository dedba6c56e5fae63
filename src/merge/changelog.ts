import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { chunksToStore, markStored } from '../sketch/chunks.ts'
import type { Sketch } from '../sketch/sketch.ts'
import type { Level } from '../window/plan.ts'
import {
  contentKey,
  decodeContent,
  decodeHeader,
  encodeContent,
  encodeHeader,
  headerKey,
  type StateKey,
  type WindowContent
} from './state-record.ts'
import type { Window } from './window.ts'
import type { WindowTable } from './window-table.ts'

/** A record for the changelog; a null value is a tombstone. */
export interface StateRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

/**
 * The records that store what changed of a window's content. From the highest chunk down, tombstones
 * last: a crash between two of them leaves every key of the window in some chunk.
 */
export function contentRecords(window: Window, sketch: Sketch): StateRecord[] {
  const name = nameOf(window)
  const { frames, late, storedChunks } = window
  const { total, chunks } = chunksToStore(sketch, storedChunks)
  const records: StateRecord[] = chunks.map(({ index, bytes: envelope }) => ({
    key: contentKey(name, index),
    value: encodeContent({ chunks: total, frames, late, envelope }, index === 0)
  }))
  records.reverse()
  for (let chunk = total; chunk < storedChunks; chunk++) {
    records.push({ key: contentKey(name, chunk), value: null })
  }
  markStored(sketch)
  window.storedChunks = total
  return records
}

export function headerRecord(window: Window): StateRecord {
  return { key: headerKey(nameOf(window)), value: encodeHeader(window.header) }
}

/** Rebuilds windows from the changelog, in whatever order compaction left its records. */
export class WindowRestore {
  private readonly table: WindowTable
  private readonly levels: ReadonlyMap<string, Level>
  private readonly contents = new Map<Window, (WindowContent | undefined)[]>()

  constructor(table: WindowTable) {
    this.table = table
    this.levels = new Map(table.plan.levels.map(level => [level.name, level]))
  }

  /** Takes a content or header record; a later one of the same key replaces an earlier one. */
  take(key: StateKey & { type: 'content' | 'header' }, value: Uint8Array | null): void {
    const level = this.levels.get(key.size)
    if (!level || Math.abs(key.start) > limits.eventTimeMsMax) {
      throw failure('format-damaged', { format: 'state key', problem: `no window ${key.size}` })
    }
    const window = this.table.at(level, key.start, key.group)
    if (key.type === 'content') {
      const chunks = this.contents.get(window) ?? []
      chunks[key.chunk] = value ? decodeContent(value, key.chunk) : undefined
      this.contents.set(window, chunks)
    } else if (value) {
      Object.assign(window.header, decodeHeader(value))
    }
  }

  /** Puts the contents together; call once, when the changelog was read to its end. */
  finish(): void {
    for (const [window, chunks] of this.contents) {
      const first = chunks[0]
      if (!first) continue
      const packed: Uint8Array[] = []
      for (let i = 0; i < first.chunks; i++) {
        const chunk = chunks[i]
        if (!chunk)
          throw failure('format-damaged', { format: 'window', problem: 'a chunk is gone' })
        packed.push(chunk.envelope)
      }
      window.packed = packed
      window.storedChunks = packed.length
      window.frames = first.frames
      window.late = first.late
    }
    this.contents.clear()
    for (const window of this.table.all()) if (window.header.closed) this.table.close(window)
  }
}

function nameOf(window: Window): { size: string; start: number; group: string } {
  return { size: window.level.name, start: window.start, group: window.group }
}
