import type { ExtractOptions, Extractor, ExtractorBounds } from './extractor.ts'
import { PlainExtractor } from './plain-extractor.ts'

/**
 * The extractor of this process, chosen here once: callers keep the result and call it for every
 * chunk. One extractor reads one input: lines carry state from call to call.
 */
export function createExtractor(
  options: ExtractOptions,
  bounds: Partial<ExtractorBounds> = {}
): Extractor {
  return new PlainExtractor(options, bounds)
}
