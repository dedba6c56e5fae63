import { limits } from '../../core/limits.ts'
import { brokerFailure, ourError } from '../connection/client-errors.ts'
import type { Cluster } from '../connection/cluster.ts'
import { type Patience, withRetry } from '../connection/retry.ts'
import { callWithin } from '../connection/wire.ts'
import { ProduceLane, type ProducerIdentity } from '../produce/produce-lane.ts'
import { produceClassicBatches, produceReadyBatches } from '../produce/produce-request.ts'
import { fateOfFailure, TransactionRefusal, worstFailure } from './transaction-errors.ts'

export interface TransactionDeliveryOptions {
  readonly transactionalId: string
  /** Partitions are added by AddPartitionsToTxn before, not by Produce itself. */
  readonly classic: boolean
  /** Milliseconds until a request without an answer counts as lost. */
  readonly answerMs: number
}

/** An answer that leaves a partition out is one that timed out. */
const NO_ANSWER = 7
/** The broker has to give up waiting for its replicas before we stop waiting for the broker. */
const REPLICAS_SHARE = 2 / 3

/**
 * The batches of one open transaction on their way to the leaders: all brokers at the same time, one
 * batch outstanding per partition. Sequences go on until the identity changes.
 */
export class TransactionDelivery {
  private readonly cluster: Cluster
  private readonly options: TransactionDeliveryOptions
  private readonly lanes = new Map<string, ProduceLane>()
  private stale = false

  constructor(cluster: Cluster, options: TransactionDeliveryOptions) {
    this.cluster = cluster
    this.options = options
  }

  enqueue(topic: string, partition: number, bytes: Buffer, count: number): void {
    const name = `${topic}/${partition}`
    const lane = this.lanes.get(name) ?? new ProduceLane(topic, partition)
    this.lanes.set(name, lane)
    lane.push({ bytes, count, acked: ignore, failed: ignore })
  }

  /** Forgets batches and sequences: a new identity starts from 0. */
  reset(): void {
    this.lanes.clear()
  }

  /**
   * Resolves when every batch is acked by all replicas. Nothing is under way any more when it rejects,
   * with what decided.
   */
  async deliver(identity: ProducerIdentity, patience: Patience): Promise<void> {
    for (const lane of this.lanes.values()) if (lane.anonymous) lane.identify(identity)
    await withRetry(
      () => this.pass(),
      error => {
        this.stale = true
        return fateOfFailure(error) !== 'again'
      },
      patience
    )
  }

  private async pass(): Promise<void> {
    if (this.stale) {
      this.stale = false
      await this.cluster.refresh()
    }
    for (;;) {
      const requests = await this.requests()
      if (requests.size === 0) return
      const outcomes = await Promise.all(
        [...requests].map(([node, lanes]) => this.exchange(node, lanes))
      )
      const failures = outcomes.flat()
      if (failures.length > 0) throw worstFailure(failures)
    }
  }

  /** By leader: the first batch of each partition, as many as one request may hold. */
  private async requests(): Promise<Map<number, ProduceLane[]>> {
    const requests = new Map<number, ProduceLane[]>()
    const bytes = new Map<number, number>()
    for (const lane of this.lanes.values()) {
      if (lane.length === 0) continue
      const node = await this.cluster.leader(lane.topic, lane.partition)
      const lanes = requests.get(node) ?? []
      const size = (bytes.get(node) ?? 0) + lane.headBytes
      if (lanes.length > 0 && size > limits.produceRequestBytesMax) continue
      requests.set(node, [...lanes, lane])
      bytes.set(node, size)
    }
    return requests
  }

  /** One request; answers what failed. */
  private async exchange(node: number, lanes: readonly ProduceLane[]): Promise<unknown[]> {
    const { transactionalId, classic, answerMs } = this.options
    const produce = classic ? produceClassicBatches : produceReadyBatches
    try {
      const wire = await this.cluster.wire('produce', node)
      const batches = lanes.map(lane => lane.head())
      const replicasMs = Math.ceil(answerMs * REPLICAS_SHARE)
      const answers = await callWithin(
        wire,
        answerMs,
        produce,
        transactionalId,
        replicasMs,
        batches
      )
      return lanes.flatMap(lane => {
        const answer = answers.find(
          ({ topic, partition }) => topic === lane.topic && partition === lane.partition
        )
        const failed = refusal(lane, answer?.errorCode ?? NO_ANSWER)
        if (failed === undefined) lane.settle(answer?.baseOffset ?? -1)
        return failed ?? []
      })
    } catch (error) {
      return [ourError(error, `broker ${node}`, 'Produce')]
    }
  }
}

function refusal({ topic, partition }: ProduceLane, code: number): unknown {
  if (code === 0) return undefined
  const refused = new TransactionRefusal(code)
  if (fateOfFailure(refused) === 'stored') return undefined
  return brokerFailure(refused, topic, `a batch for ${topic} partition ${partition}`, refused)
}

function ignore(): void {}
