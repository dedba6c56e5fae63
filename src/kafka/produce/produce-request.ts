import * as K from '../connection/client-library.ts'

/** A batch that is ready for the wire, and where it goes. */
export interface ReadyBatch {
  readonly topic: string
  readonly partition: number
  readonly bytes: Buffer
}

/** What the broker says about one of the batches. */
export interface ProduceAnswer {
  readonly topic: string
  readonly partition: number
  /** 0: stored on all replicas that acks asks for. */
  readonly errorCode: number
  readonly problem: string
  readonly baseOffset: number
}

const ACKS_ALL = -1
const KEY = 0
/**
 * v12 (KIP-890) equals v11 on the wire; a transactional batch needs no AddPartitionsToTxn with it.
 *
 *   transactional id | acks int16 | timeout ms int32
 *   | topics: name | partitions: index int32 | length of the batch + 1 | batch
 */
const VERSION = 12
const CLASSIC_VERSION = 11

/** Produce with ready batches; answers errors of single partitions as data. */
export const produceReadyBatches = K.createAPI<
  [transactionalId: string | null, timeoutMs: number, batches: readonly ReadyBatch[]],
  ProduceAnswer[]
>(KEY, VERSION, writeRequest, readAnswers)

/** The same for transactions that AddPartitionsToTxn opens: v12 would open them in the new way. */
export const produceClassicBatches: typeof produceReadyBatches = K.createAPI(
  KEY,
  CLASSIC_VERSION,
  writeRequest,
  readAnswers
)

function writeRequest(
  transactionalId: string | null,
  timeoutMs: number,
  batches: readonly ReadyBatch[]
): K.Writer {
  const topics = [...Map.groupBy(batches, batch => batch.topic)]
  return K.Writer.create()
    .appendString(transactionalId)
    .appendInt16(ACKS_ALL)
    .appendInt32(timeoutMs)
    .appendArray(topics, (writer, [name, own]) => {
      writer.appendString(name).appendArray(own, (inner, { partition, bytes }) => {
        inner
          .appendInt32(partition)
          .appendUnsignedVarInt(bytes.length + 1)
          .append(bytes)
      })
    })
    .appendTaggedFields()
}

function readAnswers(
  correlationId: number,
  apiKey: number,
  version: number,
  reader: K.Reader
): ProduceAnswer[] {
  return parsed(correlationId, apiKey, version, reader).responses.flatMap(
    ({ name, partitionResponses }) =>
      partitionResponses.map(answer => ({
        topic: name,
        partition: answer.index,
        errorCode: answer.errorCode,
        problem: answer.errorMessage ?? '',
        baseOffset: Number(answer.baseOffset)
      }))
  )
}

function parsed(
  correlationId: number,
  apiKey: number,
  version: number,
  reader: K.Reader
): K.ProduceResponse {
  try {
    return K.produceV11.parseResponse(correlationId, apiKey, version, reader)
  } catch (error) {
    // The library throws when one partition has an error, the others' answers are inside.
    if (error instanceof K.ResponseError && 'response' in error) {
      return error.response as K.ProduceResponse
    }
    throw error
  }
}
