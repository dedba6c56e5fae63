import type { Arena } from '../core/arena.ts'
import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { ExtractOptions, Extractor, ExtractorBounds, ExtractorKind } from './extractor.ts'
import { KernelExtractor } from './kernel-extractor.ts'
import { ROWS_MAX } from './kernel-layout.ts'
import { kernelPlan } from './kernel-plan.ts'
import { PlainExtractor } from './plain-extractor.ts'

const INPUT_BYTES = 256 * 1_024

/**
 * The extractor of this process, chosen here once: callers keep the result and call it for every
 * chunk. One extractor reads one input: lines carry state from call to call.
 *
 * The WASM kernel where it runs and takes the options, else the plain one; or the one that is asked
 * for. A kernel in an arena reads bytes that lie there without copying them. @throws kernel-missing
 */
export function createExtractor(
  options: ExtractOptions,
  bounds: Partial<ExtractorBounds> = {},
  kind?: ExtractorKind,
  arena?: Arena
): Extractor {
  const all = {
    columnFrames: limits.columnFramesMax,
    frameBytes: limits.frameBytesMax,
    inputBytes: INPUT_BYTES,
    ...bounds
  }
  const plan = kind === 'plain' || all.columnFrames > ROWS_MAX ? undefined : kernelPlan(options)
  if (plan === undefined) return new PlainExtractor(options, all)
  try {
    return new KernelExtractor(options, all, plan, arena)
  } catch (error) {
    if (kind !== 'wasm') return new PlainExtractor(options, all)
    throw failure('kernel-missing', { problem: String(error) }, error)
  }
}
