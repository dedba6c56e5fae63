import { type ExactChunk, ExactSketch } from './exact-sketch.ts'
import type { Sketch } from './sketch.ts'

/**
 * A sketch as the envelopes it is stored in, by chunk index: 2^k for a large exact set, else one.
 * Merging them all, in any order, gives the sketch again.
 *
 * When a set grows, k grows, and chunk i splits into i and i + 2^k. Written from the highest index down,
 * what is stored holds every entry at every moment, so a crash between two of them loses nothing.
 */
export function sketchChunks(sketch: Sketch): Uint8Array[] {
  if (!(sketch instanceof ExactSketch)) return [sketch.serialize()]
  return sketch.chunks('all').map(chunk => chunk.bytes)
}

/** What has to be written so that all of a sketch is stored. */
export interface ChunksToStore {
  /** Chunks the sketch consists of; stored ones from here on are no longer needed. */
  readonly total: number
  /** By index; chunk 0 is always among them. */
  readonly chunks: readonly ExactChunk[]
}

/** The chunks that differ from what was stored in `storedTotal` chunks; 0 when nothing was. */
export function chunksToStore(sketch: Sketch, storedTotal: number): ChunksToStore {
  if (!(sketch instanceof ExactSketch)) {
    return { total: 1, chunks: [{ index: 0, bytes: sketch.serialize() }] }
  }
  const total = sketch.chunkCount
  return { total, chunks: sketch.chunks(total === storedTotal ? 'changed and first' : 'all') }
}

/** What the sketch holds now is stored: `chunksToStore` starts from here. */
export function markStored(sketch: Sketch): void {
  if (sketch instanceof ExactSketch) sketch.markStored()
}
