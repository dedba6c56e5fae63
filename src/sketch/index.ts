/** `headcount/sketch`: hashes → distinct counts with bounds. Usable alone, also in a browser. */
export { HASH_SEED, murmur3x64128 } from '../core/murmur3.ts'
export { sketchChunks } from './chunks.ts'
export { createSketch } from './create.ts'
export { wrapSketch } from './envelope.ts'
export { type ExactChunk, ExactSketch } from './exact-sketch.ts'
export { mergeSketches, settle } from './merge.ts'
export type {
  Confidence,
  Estimate,
  EstimateMethod,
  HashColumns,
  Sketch,
  SketchKind
} from './sketch.ts'
