import type { OutRecord } from '../../port/log.ts'
import { BatchEncoder } from './batch-encoder.ts'
import type { Codec } from './codecs.ts'
import { ProduceKernel } from './produce-kernel.ts'

/** Records of one partition in the bytes that travel, still without an identity and a checksum. */
export interface LogBatch {
  readonly bytes: Buffer
  readonly count: number
}

/** Below the broker's default `max.message.bytes` even when nothing compresses. */
const BATCH_BYTES = 1_000_000
const CODEC: Codec = 'lz4'

/** All tasks of a thread build their batches in one place: each is closed before the next begins. */
let home: { readonly kernel: ProduceKernel | undefined } | undefined

/** Cuts records of the app's logs into batches of a transaction, in order. */
export function logBatches(records: readonly OutRecord[], nowMs: number): LogBatch[] {
  home ??= { kernel: ProduceKernel.create(BATCH_BYTES) }
  const encoder = new BatchEncoder({ kernel: home.kernel, lane: 0 })
  const batches: LogBatch[] = []
  const leave = () => {
    const { count } = encoder
    if (count > 0) batches.push({ bytes: encoder.close(CODEC, true), count })
  }
  for (const { key, value } of records) {
    if (encoder.size + BatchEncoder.recordSize(key, value) > BATCH_BYTES) leave()
    encoder.append(key, value, nowMs)
  }
  leave()
  return batches
}
