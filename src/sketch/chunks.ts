import { ExactSketch } from './exact-sketch.ts'
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
