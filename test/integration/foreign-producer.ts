import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import * as K from '@platformatic/kafka'
import { BatchEncoder, type BatchIdentity } from '../../src/kafka/batch/batch-encoder.ts'
import type { Codec } from '../../src/kafka/batch/codecs.ts'
import { isRetriable } from '../../src/kafka/connection/client-errors.ts'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'
import { withRetry } from '../../src/kafka/connection/retry.ts'
import { call } from '../../src/kafka/connection/wire.ts'
import { produceReadyBatches } from '../../src/kafka/produce/produce-request.ts'
import { finished, noIdentity } from '../kafka/finished-batch.ts'

/** A batch of text values with keys k0, k1 … and times a second apart. */
export function encode(
  values: readonly string[],
  identity: BatchIdentity = noIdentity,
  codec: Codec = 'none'
): Buffer {
  const encoder = new BatchEncoder()
  for (const [i, value] of values.entries()) {
    encoder.append(Buffer.from(`k${i}`), Buffer.from(value), 1_700_000_000_000 + i * 1_000)
  }
  return finished(encoder, { ...identity, codec, transactional: identity !== noIdentity })
}

/** Ready batches to a partition; a topic that was made just now may refuse its first ones. */
export async function produce(
  cluster: Cluster,
  topic: string,
  partition: number,
  bytes: Buffer,
  transactionalId: string | null = null
): Promise<void> {
  for (;;) {
    const wire = await cluster.wire('produce', await cluster.leader(topic, partition))
    const batch = { topic, partition, bytes }
    const [answer] = await call(wire, produceReadyBatches, transactionalId, 10_000, [batch])
    if (answer?.errorCode === 0) return
    const code = new K.ProtocolError(answer?.errorCode ?? -1)
    assert.equal(code.canRetry, true, `${code.apiId}`)
    await cluster.refresh()
  }
}

/** A foreign transactional producer: the library's own calls, in sequence. */
export class Transactions {
  private readonly cluster: Cluster
  private readonly topic: string
  readonly id = `fetch-txn-${randomBytes(5).toString('hex')}`
  private identity: BatchIdentity = noIdentity

  constructor(cluster: Cluster, topic: string) {
    this.cluster = cluster
    this.topic = topic
  }

  async begin(): Promise<void> {
    const wire = await this.cluster.wire('produce', await this.cluster.leader(this.topic, 0))
    const answer = await withRetry(
      async () => {
        const key = K.FindCoordinatorKeyTypes.TRANSACTION
        await call(wire, K.findCoordinatorV6.api, key, [this.id])
        return call(wire, K.initProducerIdV5.api, this.id, 60_000, -1n, -1)
      },
      error => !isRetriable(error),
      { limitMs: 20_000 }
    )
    this.identity = {
      producerId: answer.producerId,
      epoch: answer.producerEpoch,
      sequence: 0
    }
  }

  async send(...values: string[]): Promise<void> {
    await produce(this.cluster, this.topic, 0, encode(values, this.identity), this.id)
    const sequence = this.identity.sequence + values.length
    this.identity = { ...this.identity, sequence }
  }

  async end(commit: boolean): Promise<void> {
    const { producerId, epoch } = this.identity
    const wire = await this.cluster.wire('produce', await this.cluster.leader(this.topic, 0))
    await withRetry(
      () => call(wire, endTxnV5, this.id, producerId, epoch, commit),
      error => !isRetriable(error),
      { limitMs: 20_000 }
    )
    // InitProducerId waits for the markers: behind it the records are decided.
    await this.begin()
  }
}

const endTxnV5 = K.createAPI<[string, bigint, number, boolean], null>(
  26,
  5,
  K.endTxnV4.createRequest,
  (_correlation, key, version, reader) => {
    reader.readInt32()
    const code = reader.readInt16()
    if (code !== 0) throw new K.ResponseError(key, version, { '/': [code, null] }, null)
    return null
  }
)
