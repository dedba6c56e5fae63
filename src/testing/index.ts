/** `headcount/testing`: the real pipeline on scripted frames and a virtual clock, without a broker. */
export { FrameGenerator } from './frame-generator.ts'
export { type FrameOptions, frameDefaults } from './frame-options.ts'
export type { Truth } from './frame-truth.ts'
export { MemoryGroup, type MemoryGroupOptions } from './memory-group.ts'
export { MemoryLog, MemoryTopics } from './memory-log.ts'
export { MemoryMember, MemoryMembership, type StoredOffsets } from './memory-membership.ts'
export {
  type CommitFault,
  type CommitHook,
  type MemoryTransactional,
  type MemoryTransactionOptions,
  MemoryTransactions
} from './memory-transactions.ts'
export { type DriverOptions, PipelineTestDriver } from './pipeline-test-driver.ts'
export { ScriptedSource, type ScriptedSourceOptions } from './scripted-source.ts'
export { SimClock } from './sim-clock.ts'
