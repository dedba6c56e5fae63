import * as K from '../connection/client-library.ts'
import { call, type Wire } from '../connection/wire.ts'
import type { ProducerIdentity } from './produce-lane.ts'

/** Means nothing without a transactional id, but the field must be set. */
const TRANSACTION_MS = 15_000

/**
 * A fresh identity for an idempotent producer. −1/−1 asks for one: the library's own 0/0 would be
 * taken for the identity of somebody else.
 */
export async function idempotentIdentity(wire: Wire): Promise<ProducerIdentity> {
  const answer = await call(wire, K.initProducerIdV5.api, null, TRANSACTION_MS, -1n, -1)
  return { producerId: answer.producerId, epoch: answer.producerEpoch }
}
