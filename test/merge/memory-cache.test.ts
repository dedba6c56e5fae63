import { MemoryCache } from '../../src/merge/memory-cache.ts'
import { stateCacheConformance } from '../conformance/state-cache.conformance.ts'

stateCacheConformance('in memory', () => new MemoryCache(), 300)
