import { failure, type HeadcountError } from '../../core/errors.ts'
import { brokerFailure } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'

/** What a partition's error code in a Fetch response asks for. */
export type FetchVerdict =
  | { readonly kind: 'relocate'; readonly problem: string }
  | { readonly kind: 'range' }
  | { readonly kind: 'final'; readonly error: HeadcountError }

// The leader moved, is not ready yet, or the topic was made again: new metadata tells.
const RELOCATE = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'REPLICA_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID'
])

/** Decides what to do about the code; −1 and unknown ones are final. */
export function judgeFetchError(
  code: number,
  topic: string,
  partition: number,
  address: string
): FetchVerdict {
  const id = K.protocolErrorsCodesById[code]
  const where = `reading ${topic} partition ${partition}`
  if (id === undefined) {
    const problem = `error ${code} for ${topic} partition ${partition}`
    return { kind: 'final', error: failure('broker-protocol', { address, problem }) }
  }
  if (id === 'OFFSET_OUT_OF_RANGE') return { kind: 'range' }
  const found = new K.ProtocolError(code)
  if (RELOCATE.has(id) || found.canRetry === true) {
    return { kind: 'relocate', problem: `${where}: ${id}` }
  }
  const { apiId, canRetry, message } = found as unknown as Parameters<typeof brokerFailure>[0]
  const named = { apiId, canRetry, message, serverErrorMessage: null }
  return { kind: 'final', error: brokerFailure(named, address, where, found) }
}
