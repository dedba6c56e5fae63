import type { OutRecord } from '../../port/log.ts'
import { BatchEncoder, noIdentity } from './batch-encoder.ts'
import type { Codec } from './codecs.ts'

/** Records of one partition in the bytes that travel, still without an identity. */
export interface LogBatch {
  readonly bytes: Buffer
  readonly count: number
}

/** Below the broker's default `max.message.bytes` even when nothing compresses. */
const BATCH_BYTES = 1_000_000
const CODEC: Codec = 'lz4'

/** Cuts records of the app's logs into batches of a transaction, in order. The encoder is empty before and after. */
export function logBatches(
  encoder: BatchEncoder,
  records: readonly OutRecord[],
  nowMs: number
): LogBatch[] {
  const batches: LogBatch[] = []
  const leave = () => {
    const { count } = encoder
    if (count === 0) return
    const bytes = encoder.finish({ ...noIdentity, codec: CODEC, transactional: true })
    batches.push({ bytes, count })
  }
  for (const { key, value } of records) {
    if (encoder.size + BatchEncoder.recordSize(key, value) > BATCH_BYTES) leave()
    encoder.append(key, value, nowMs)
  }
  leave()
  return batches
}
