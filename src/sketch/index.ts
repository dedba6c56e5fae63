/** `headcount/sketch`: hashes → distinct counts with bounds. Usable alone, also in a browser. */
export { HASH_SEED, murmur3x64128 } from '../core/murmur3.ts'
export { sketchChunks } from './chunks.ts'
export { createSketch } from './create.ts'
export { readDataSketchesHll, writeDataSketchesHll } from './datasketches-hll.ts'
export type { HllBits } from './datasketches-hll-preamble.ts'
export { readDataSketchesTheta, writeDataSketchesTheta } from './datasketches-theta.ts'
export { wrapSketch } from './envelope.ts'
export { type ExactChunk, ExactSketch } from './exact-sketch.ts'
export type { HashKernel, HashKernelKind, KeyColumn } from './hash-kernel.ts'
export { createHashKernel } from './hash-kernel-choice.ts'
export { LinearCounting } from './linear-counting.ts'
export { mergeSketches, settle } from './merge.ts'
export { PostgresHll } from './postgres-hll.ts'
export type { PostgresParameters } from './postgres-parameters.ts'
export { RedisHll } from './redis-hll.ts'
export type {
  Confidence,
  Estimate,
  EstimateMethod,
  HashColumns,
  Sketch,
  SketchKind
} from './sketch.ts'
export {
  isTooSmallToTell,
  thetaDifference,
  thetaIntersection,
  thetaUnion
} from './theta-set-operations.ts'
export { ThetaSketch } from './theta-sketch.ts'
