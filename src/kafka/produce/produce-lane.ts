import { assert } from '../../core/assert.ts'
import { sequenceAfter, stampBatch } from '../batch/batch-encoder.ts'
import type { ReadyBatch } from './produce-request.ts'

/** Given by the broker; a sequence of ours per partition goes with it. */
export interface ProducerIdentity {
  readonly producerId: bigint
  readonly epoch: number
}

export interface LaneBatch {
  readonly bytes: Buffer
  readonly count: number
  /** Resolves with the offset of the batch's first record. */
  readonly acked: (baseOffset: number) => void
  readonly failed: (error: Error) => void
}

/**
 * The batches on their way to one partition, in order, at most one of them outstanding. A batch gets
 * its identity when its turn comes and keeps it, bytes and all, until the broker has decided.
 */
export class ProduceLane {
  readonly topic: string
  readonly partition: number
  readonly name: string
  /** True from the moment the head is picked until it is decided and its pause is over. */
  busy = false
  /** Failed attempts of the head. */
  attempts = 0
  /** When the head was first tried; −1 before. */
  triedAt = -1
  private readonly queue: LaneBatch[] = []
  private identity: ProducerIdentity | undefined
  private sequence = 0
  private stamped = false

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
    this.name = `${topic}/${partition}`
  }

  get length(): number {
    return this.queue.length
  }

  get headBytes(): number {
    return this.queue[0]?.bytes.length ?? 0
  }

  /** True when the head can't be sent before `identify`. */
  get anonymous(): boolean {
    return this.identity === undefined
  }

  push(batch: LaneBatch): void {
    this.queue.push(batch)
  }

  /** Sequences start again under a new identity. */
  identify(identity: ProducerIdentity): void {
    this.identity = identity
    this.sequence = 0
    this.stamped = false
  }

  /** Only when the head is certainly not stored: see `judgeProduce`. */
  forgetIdentity(): void {
    this.identity = undefined
    this.stamped = false
  }

  /** The head's bytes: the same at every attempt. */
  head(): ReadyBatch {
    const batch = this.queue[0]
    assert(batch !== undefined, 'the lane has a head')
    if (!this.stamped) {
      assert(this.identity !== undefined, 'the lane has an identity')
      stampBatch(batch.bytes, { ...this.identity, sequence: this.sequence })
      this.stamped = true
    }
    return { topic: this.topic, partition: this.partition, bytes: batch.bytes }
  }

  /** The head is stored: the next batch moves up. */
  settle(baseOffset: number): void {
    const batch = this.queue.shift()
    assert(batch !== undefined, 'the lane has a head')
    this.sequence = sequenceAfter(this.sequence, batch.count)
    this.stamped = false
    this.attempts = 0
    this.triedAt = -1
    batch.acked(baseOffset)
  }

  /** Nothing of what waits here will be sent any more. */
  abandon(error: Error): void {
    for (const batch of this.queue.splice(0)) batch.failed(error)
  }
}
