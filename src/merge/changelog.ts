import { chunksToStore, markStored, sketchChunks } from '../sketch/chunks.ts'
import type { Sketch } from '../sketch/sketch.ts'
import {
  type ContentType,
  contentKey,
  encodeContent,
  encodeHeader,
  headerKey,
  type WindowName
} from './state-record.ts'
import type { Content, Window } from './window.ts'

/** A record for the changelog; a null value is a tombstone. */
export interface StateRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

/**
 * The records that store what changed of a window's content. From the highest chunk down, tombstones
 * last: a crash between two of them leaves every key of the window in some chunk.
 */
export function contentRecords(window: Window, content: Content): StateRecord[] {
  const name = nameOf(window)
  const { sketch, frames, late } = content
  const { storedChunks } = window
  const { total, chunks } = chunksToStore(sketch, storedChunks)
  const records: StateRecord[] = chunks.map(({ index, bytes: envelope }) => ({
    key: contentKey('content', name, index),
    value: encodeContent({ chunks: total, frames, late, envelope }, index === 0)
  }))
  records.reverse()
  for (let chunk = total; chunk < storedChunks; chunk++) {
    records.push({ key: contentKey('content', name, chunk), value: null })
  }
  markStored(sketch)
  window.storedChunks = total
  return records
}

/** The own part of a window in progress, whole. */
export function ownRecords(window: Window): StateRecord[] {
  const { own, storedOwn } = window
  const { records, total } = wholeRecords('own', nameOf(window), own, storedOwn)
  window.storedOwn = total
  return records
}

/** The exact set of an audited pane, whole. */
export function auditRecords(window: Window): StateRecord[] {
  const { audit, storedAudit } = window
  const content = audit && { sketch: audit, frames: 0, late: 0 }
  const { records, total } = wholeRecords('audit', nameOf(window), content, storedAudit)
  window.storedAudit = total
  return records
}

export function headerRecord(window: Window): StateRecord {
  return { key: headerKey(nameOf(window)), value: encodeHeader(window.header) }
}

function wholeRecords(
  type: ContentType,
  name: WindowName,
  content: { readonly sketch: Sketch; readonly frames: number; readonly late: number } | undefined,
  stored: number
): { records: StateRecord[]; total: number } {
  const envelopes = content ? sketchChunks(content.sketch) : []
  const total = envelopes.length
  const records: StateRecord[] = envelopes.map((envelope, index) => ({
    key: contentKey(type, name, index),
    value: encodeContent({ chunks: total, ...content!, envelope }, index === 0)
  }))
  for (let chunk = total; chunk < stored; chunk++) {
    records.push({ key: contentKey(type, name, chunk), value: null })
  }
  return { records, total }
}

function nameOf(window: Window): WindowName {
  return { size: window.level.name, start: window.start, group: window.group }
}
