import {
  type BatchEncoder,
  type BatchIdentity,
  stampBatch
} from '../../src/kafka/batch/batch-encoder.ts'
import type { Codec } from '../../src/kafka/batch/codecs.ts'

interface BatchFinish extends BatchIdentity {
  readonly codec: Codec
  readonly transactional: boolean
}

export const noIdentity: BatchIdentity = { producerId: -1n, epoch: -1, sequence: -1 }

/** Closes the batch with its identity and checksum: it is ready for Produce. */
export function finished(encoder: BatchEncoder, how: BatchFinish): Buffer {
  const batch = encoder.close(how.codec, how.transactional)
  stampBatch(batch, how)
  return batch
}
