import type { HeadcountError } from '../../core/errors.ts'
import { brokerFailure } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'

/**
 * What a broker's answer to a batch asks for.
 * `acked`: it is stored. `again`: the same bytes again, after a pause. `identity`: it is certainly not
 * stored and its identity is spent, so again under a new one. `refused`: never.
 */
export type ProduceFate = 'acked' | 'again' | 'identity' | 'refused'

/**
 * One batch is outstanding per partition and its sequence follows the last acked one, so:
 *
 * - DUPLICATE_SEQUENCE_NUMBER: the answer to the first attempt was lost; it is stored.
 * - OUT_OF_ORDER_SEQUENCE_NUMBER: the broker's last sequence is not the one before ours, though it
 *   acked that one: the partition lost acked records (unclean leader election, damaged disk). Had it
 *   stored this batch, it would have recognised it: sending it under a new identity doubles nothing.
 * - UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH: it has forgotten us (producer.id.expiration.ms, 1 day).
 *   A batch stored just before an outage of that length and sent again after it would be stored twice.
 */
const FATES: Readonly<Record<string, ProduceFate>> = {
  NONE: 'acked',
  DUPLICATE_SEQUENCE_NUMBER: 'acked',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'identity',
  UNKNOWN_PRODUCER_ID: 'identity',
  INVALID_PRODUCER_EPOCH: 'identity',
  // The library calls these final; a produced batch outlives them.
  BROKER_NOT_AVAILABLE: 'again',
  UNKNOWN_LEADER_EPOCH: 'again',
  FENCED_LEADER_EPOCH: 'again',
  KAFKA_STORAGE_ERROR: 'again',
  CONCURRENT_TRANSACTIONS: 'again',
  THROTTLING_QUOTA_EXCEEDED: 'again'
}

export interface ProduceVerdict {
  readonly fate: ProduceFate
  /** The broker's name of the error. */
  readonly id: string
}

export function judgeProduce(errorCode: number): ProduceVerdict {
  const id = errorId(errorCode)
  const fate = FATES[id] ?? (protocolError(id)?.canRetry === true ? 'again' : 'refused')
  return { fate, id }
}

/** The error people see for an answer other than `acked`. */
export function produceFailure(
  id: string,
  problem: string,
  to: { readonly topic: string; readonly partition: number }
): HeadcountError {
  const known = protocolError(id)
  const found = {
    apiId: id,
    canRetry: known?.canRetry ?? false,
    message: known?.message ?? 'an error this version does not know',
    serverErrorMessage: problem === '' ? null : problem
  }
  return brokerFailure(found, to.topic, `a batch for ${to.topic} partition ${to.partition}`)
}

/** The broker's name of an error code, also of one newer than the library. */
function errorId(errorCode: number): string {
  return K.protocolErrorsCodesById[errorCode] ?? `error ${errorCode}`
}

function protocolError(id: string): { canRetry: boolean; message: string } | undefined {
  return K.protocolErrors[id]
}
