import { PlainExtractor } from '../../src/extract/plain-extractor.ts'
import { extractorConformance } from '../conformance/extractor.conformance.ts'

extractorConformance('plain extractor', (options, bounds) => new PlainExtractor(options, bounds))
