import { failure, type HeadcountError, isFailure } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Clock } from '../../port/clock.ts'
import { backoffMs } from '../connection/backoff.ts'
import { isRetriable, ourError } from '../connection/client-errors.ts'
import type { Cluster } from '../connection/cluster.ts'
import { requestLimit } from '../connection/options.ts'
import { Outage } from '../connection/outage.ts'
import { call, type Wire } from '../connection/wire.ts'
import { ProduceLane, type ProducerIdentity } from './produce-lane.ts'
import { judgeProduce, produceFailure } from './produce-outcome.ts'
import { type ProduceAnswer, produceReadyBatches } from './produce-request.ts'
import { idempotentIdentity } from './producer-identity.ts'

/** How long a broker may wait for the replicas before it answers REQUEST_TIMED_OUT. */
const REPLICAS_MS = 15_000
/** How long a topic may be missing (it is new, it moves) before that is final. */
const MISSING_MS = 30_000
/** Damage on the way is rare: a batch refused as corrupt this often is our fault. */
const CORRUPT_ATTEMPTS_MAX = 5

export interface DeliveryOptions {
  readonly clock: Clock
  /** 0 ≤ x < 1, spreads the pauses between attempts. */
  readonly random: () => number
  /** Milliseconds from a batch's first attempt until it is given up; Infinity: never. */
  readonly deliveryMs: number
  readonly onTrouble: (line: string) => void
  readonly onRecovered: (ms: number) => void
  /** The error of a batch that is given up; by default the last one met. */
  readonly gaveUp?: (waitedMs: number, last: HeadcountError) => HeadcountError
  /** Where identities come from; without: InitProducerId, so that a retry never doubles. */
  readonly identity?: (wire: Wire) => Promise<ProducerIdentity>
  readonly transactionalId?: string
}

/**
 * Brings finished batches to the leaders of their partitions, acks=all. One batch outstanding per
 * partition keeps the order; what fails for now is sent again, byte for byte. The first refusal ends
 * the delivery as a whole, because nothing behind a lost batch may be stored.
 */
export class ProduceDelivery {
  private readonly cluster: Cluster
  private readonly options: DeliveryOptions
  private readonly outage: Outage
  private readonly lanes = new Map<string, ProduceLane>()
  /** By leader: what the next turn sends. */
  private readonly outbox = new Map<number, ProduceLane[]>()
  private readonly closing = new AbortController()
  private identity: Promise<ProducerIdentity> | undefined
  private scheduled = false
  private ended: Error | undefined

  constructor(cluster: Cluster, options: DeliveryOptions) {
    this.cluster = cluster
    this.options = options
    this.outage = new Outage(options.onTrouble, options.onRecovered)
  }

  /** Resolves with the offset of the first record when all replicas have the batch. */
  enqueue(topic: string, partition: number, bytes: Buffer, count: number): Promise<number> {
    if (this.ended !== undefined) return Promise.reject(this.ended)
    return new Promise((acked, failed) => {
      this.lane(topic, partition).push({ bytes, count, acked, failed })
      this.schedule()
    })
  }

  /** True when nothing waits for the partition: a batch now would leave at once. */
  idle(topic: string, partition: number): boolean {
    return (this.lanes.get(`${topic}/${partition}`)?.length ?? 0) === 0
  }

  /** Drops what is not acked. */
  close(): void {
    this.end(failure('interrupted', { state: 'closed before every batch was acked' }))
  }

  private lane(topic: string, partition: number): ProduceLane {
    const name = `${topic}/${partition}`
    let lane = this.lanes.get(name)
    if (lane === undefined) {
      lane = new ProduceLane(topic, partition)
      this.lanes.set(name, lane)
    }
    return lane
  }

  /** Batches that come in one turn of the event loop leave in one request per broker. */
  private schedule(): void {
    if (this.scheduled || this.ended !== undefined) return
    this.scheduled = true
    queueMicrotask(() => {
      this.scheduled = false
      for (const lane of this.lanes.values()) {
        if (!lane.busy && lane.length > 0) void this.route(lane)
      }
    })
  }

  /** A lane without a leader waits alone; those that have one leave together. */
  private async route(lane: ProduceLane): Promise<void> {
    lane.busy = true
    if (lane.triedAt < 0) lane.triedAt = this.options.clock.now()
    let node: number
    try {
      node = await this.cluster.leader(lane.topic, lane.partition)
    } catch (error) {
      const ours = ourError(error, lane.name, 'Metadata')
      this.attemptFailed(lane, ours, isRetriable(error) || isFailure(error, 'broker-refused'))
      return
    }
    if (this.outbox.size === 0) queueMicrotask(() => this.post())
    const lanes = this.outbox.get(node)
    if (lanes === undefined) this.outbox.set(node, [lane])
    else lanes.push(lane)
  }

  private post(): void {
    const outbox = [...this.outbox]
    this.outbox.clear()
    for (const [node, lanes] of outbox) {
      for (const some of requests(lanes)) void this.exchange(node, some)
    }
  }

  private async exchange(node: number, lanes: readonly ProduceLane[]): Promise<void> {
    let answers: readonly ProduceAnswer[]
    try {
      const wire = await this.cluster.wire('produce', node)
      for (const lane of lanes) if (lane.anonymous) lane.identify(await this.identify(wire))
      if (this.ended !== undefined) return
      const batches = lanes.map(lane => lane.head())
      const transaction = this.options.transactionalId ?? null
      const replicasMs = Math.min(REPLICAS_MS, requestLimit(this.cluster.options) / 2)
      answers = await call(wire, produceReadyBatches, transaction, replicasMs, batches)
    } catch (error) {
      const ours = ourError(error, `broker ${node}`, 'Produce')
      for (const lane of lanes) this.attemptFailed(lane, ours, isRetriable(error))
      return
    }
    if (this.ended !== undefined) return
    for (const lane of lanes) this.decide(lane, answers)
    this.schedule()
  }

  private decide(lane: ProduceLane, answers: readonly ProduceAnswer[]): void {
    const answer = answers.find(
      ({ topic, partition }) => topic === lane.topic && partition === lane.partition
    )
    const code = answer === undefined ? NO_ANSWER : answer.errorCode
    const { fate, id } = judgeProduce(code)
    if (fate === 'acked') {
      lane.busy = false
      this.outage.succeeded(lane.name, this.options.clock.now())
      lane.settle(answer!.baseOffset)
      return
    }
    const error = produceFailure(id, answer?.problem ?? '', lane)
    if (fate === 'identity') {
      this.options.onTrouble(`${error.message}; going on with a new producer id`)
      lane.forgetIdentity()
      this.identity = undefined
    }
    const hopeless = id === 'CORRUPT_MESSAGE' && lane.attempts >= CORRUPT_ATTEMPTS_MAX
    this.attemptFailed(lane, error, fate !== 'refused' && !hopeless)
  }

  /** One identity serves all lanes until the broker rejects it for one of them. */
  private identify(wire: Wire): Promise<ProducerIdentity> {
    if (this.identity === undefined) {
      const asked = (this.options.identity ?? idempotentIdentity)(wire)
      this.identity = asked
      asked.catch(() => {
        if (this.identity === asked) this.identity = undefined
      })
    }
    return this.identity
  }

  private attemptFailed(lane: ProduceLane, error: HeadcountError, retriable: boolean): void {
    if (this.ended !== undefined) return
    const { clock, deliveryMs, gaveUp, random } = this.options
    const now = clock.now()
    const waited = now - lane.triedAt
    const missing = isFailure(error, 'topic-missing')
    if (!(missing ? waited < MISSING_MS : retriable)) {
      this.end(error)
      return
    }
    if (waited >= deliveryMs) {
      this.end(gaveUp?.(waited, error) ?? error)
      return
    }
    lane.attempts++
    this.outage.failed(lane.name, error.message, now)
    const pause = Math.min(backoffMs(lane.attempts, random()), deliveryMs - waited)
    void this.retryAfter(lane, pause)
  }

  private async retryAfter(lane: ProduceLane, pause: number): Promise<void> {
    await this.options.clock.sleep(pause, this.closing.signal)
    if (this.ended !== undefined) return
    try {
      await this.cluster.refresh()
    } catch {
      // The attempt itself reports what is wrong.
    }
    lane.busy = false
    this.schedule()
  }

  private end(error: Error): void {
    if (this.ended !== undefined) return
    this.ended = error
    this.closing.abort()
    for (const lane of this.lanes.values()) lane.abandon(error)
  }
}

/** An answer that leaves a partition out is one that timed out. */
const NO_ANSWER = 7

/** Splits lanes so that one request stays below the bound. */
function requests(lanes: readonly ProduceLane[]): ProduceLane[][] {
  const split: ProduceLane[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const lane of lanes) {
    if (bytes + lane.headBytes > limits.produceRequestBytesMax) {
      split.push([])
      bytes = 0
    }
    split.at(-1)!.push(lane)
    bytes += lane.headBytes
  }
  return split
}
