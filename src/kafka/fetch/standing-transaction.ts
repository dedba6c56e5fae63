import { formatDuration } from '../../core/units.ts'
import * as K from '../connection/client-library.ts'
import type { Cluster } from '../connection/cluster.ts'
import { call } from '../connection/wire.ts'

/** Longer than a usual transaction, and than most transaction timeouts (60 s unless set). */
const STANDING_MS = 60_000

/**
 * Notices a last stable offset that stands: some producer's open transaction holds back all that was
 * written after it began, so that a partition seems silent although records come. One for each partition.
 */
export class StableOffsetWatch {
  private readonly limitMs: number
  private at = -1
  private since = 0
  private told = false

  constructor(limitMs = STANDING_MS) {
    this.limitMs = limitMs
  }

  /** After each answer; true once for each offset that has stood too long. `now` in ms. */
  stands(position: number, lastStable: number, highWatermark: number, now: number): boolean {
    if (position < lastStable || lastStable >= highWatermark) {
      this.at = -1
      return false
    }
    if (this.at !== lastStable) {
      this.at = lastStable
      this.since = now
      this.told = false
    }
    if (this.told || now - this.since < this.limitMs) return false
    this.told = true
    return true
  }

  /** For how long it has stood. */
  standing(now: number): number {
    return now - this.since
  }
}

/** A partition whose last stable offset stands, and for how long. */
export interface StandingOffset {
  readonly topic: string
  readonly partition: number
  readonly lastStable: number
  readonly forMs: number
}

/** One line that names the producer, with what ends its transaction. Throws what the broker answers. */
export async function standingLine(cluster: Cluster, standing: StandingOffset): Promise<string> {
  const { topic, partition, lastStable, forMs } = standing
  const wire = await cluster.wire('admin', await cluster.leader(topic, partition))
  const question = [{ name: topic, partitionIndexes: [partition] }]
  const answer = await call(wire, K.describeProducersV0.api, question)
  const producers = answer.topics.flatMap(each =>
    each.partitions.flatMap(({ activeProducers }) => activeProducers)
  )
  const holder = producers.find(each => Number(each.currentTxnStartOffset) === lastStable)
  const who = holder ? `of producer ${holder.producerId} (epoch ${holder.producerEpoch})` : ''
  const what = `an open transaction ${who}`.trimEnd()
  const where = `${topic} partition ${partition}`
  const since = `since ${formatDuration(forMs)}`
  const cure = `kafka-transactions.sh abort --topic ${topic} --partition ${partition} --start-offset ${lastStable}`
  return [
    `nothing behind offset ${lastStable} of ${where} can be read ${since}`,
    `${what} holds it back; it ends with its producer, or by: ${cure}`
  ].join(': ')
}
