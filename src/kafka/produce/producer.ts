import { assert } from '../../core/assert.ts'
import { failure, type HeadcountError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { partitionOfKey } from '../../core/murmur2.ts'
import { formatDuration } from '../../core/units.ts'
import type { Clock } from '../../port/clock.ts'
import type { LineRules, SentLines } from '../../port/sink.ts'
import { BatchEncoder, type RecordHeader } from '../batch/batch-encoder.ts'
import type { Codec } from '../batch/codecs.ts'
import { ProduceBuffers } from '../batch/produce-buffers.ts'
import { ProduceKernel } from '../batch/produce-kernel.ts'
import type { Cluster } from '../connection/cluster.ts'
import { batchLimit } from '../topic/topic-settings.ts'
import { ProduceDelivery } from './produce-delivery.ts'

export interface ProducerOptions {
  readonly topic: string
  /** For `sendLines`. */
  readonly rules?: LineRules
  readonly clock: Clock
  /** 0 ≤ x < 1, spreads the pauses between attempts. */
  readonly random: () => number
  readonly codec?: Codec
  /** A batch leaves when it holds this much, uncompressed. */
  readonly batchBytes?: number
  /** A batch leaves when its first record is this old and the partition is free. */
  readonly lingerMs?: number
  /** Bytes of records that are not acked; at the bound `full` is true. */
  readonly bufferBytes?: number
  /** Milliseconds a batch is tried before `produce-gave-up`; Infinity (the default): as long as it takes. */
  readonly deliveryMs?: number
  readonly onTrouble?: (line: string) => void
  readonly onRecovered?: (ms: number) => void
}

const BATCH_BYTES = 256 * 1_024
const LINGER_MS = 5
const NEWLINE = 0x0a
/** Lines are given to the kernel in pieces, since those behind an odd one are given again. */
const PIECE_BYTES = 32_768
/** A waiting caller goes on when this share of the buffer is free again, so not at every ack. */
const REFILL_AT = 0.75

/** The records that collect for one partition, and the numbers of those on their way. */
interface Collector {
  readonly partition: number
  encoder: BatchEncoder
  openedAt: number
  /** Number of the first record in the encoder. */
  first: number
  /** Numbers of the first records of the batches that left, oldest first. */
  readonly unacked: number[]
}

/**
 * Sends records to one topic: batches per partition, acks=all, idempotent, in order per partition.
 * `send` only collects; `full` and `ready` are the back-pressure, `flush` waits for every ack.
 * Sends are numbered from 0, so that a caller knows which of them are safe.
 */
export class Producer {
  readonly topic: string
  readonly partitions: number
  /** The largest batch that the topic takes; a record needs about 100 bytes less. */
  readonly batchBytesMax: number
  readonly rules: LineRules
  private readonly delivery: ProduceDelivery
  private readonly clock: Clock
  private readonly codec: Codec
  private readonly batchBytes: number
  private readonly lingerMs: number
  private readonly bufferBytes: number
  private readonly collectors: Collector[]
  private readonly kernel: ProduceKernel | undefined
  private readonly buffers: ProduceBuffers
  private readonly closing = new AbortController()
  private readonly outstanding = new Set<Promise<void>>()
  private waiting: PromiseWithResolvers<void> | undefined
  private numbered = 0
  private acks = 0
  private held = 0
  /** Partition of records without a key: one batch fills up before the next begins. */
  private sticky = 0
  private ticking = false
  private ended: HeadcountError | undefined

  /** Throws `topic-missing`, `broker-…`. */
  static async open(cluster: Cluster, options: ProducerOptions): Promise<Producer> {
    const { partitions } = await cluster.topic(options.topic)
    const limit = await batchLimit(cluster, options.topic)
    return new Producer(cluster, options, partitions.length, limit)
  }

  private constructor(
    cluster: Cluster,
    options: ProducerOptions,
    partitions: number,
    limit: number
  ) {
    this.topic = options.topic
    this.rules = options.rules ?? {}
    this.partitions = partitions
    this.batchBytesMax = limit
    this.clock = options.clock
    this.codec = options.codec ?? 'none'
    this.batchBytes = Math.min(options.batchBytes ?? BATCH_BYTES, limit)
    this.lingerMs = options.lingerMs ?? LINGER_MS
    this.bufferBytes = options.bufferBytes ?? limits.produceBufferBytesMax
    // Keys go to all partitions at once; without them the partition whose turn it is takes the lines.
    const laneCount = this.rules.keyField === undefined ? 1 : partitions
    const kernel = ProduceKernel.create(this.batchBytes, laneCount, this.rules)
    this.kernel = kernel
    const lanes = kernel?.lanes ?? 0
    // What is acked while a caller waits is what it fills next.
    const buffers = new ProduceBuffers(this.bufferBytes * (1 - REFILL_AT))
    this.buffers = buffers
    this.collectors = Array.from({ length: partitions }, (_, partition) => ({
      partition,
      encoder: new BatchEncoder({
        kernel,
        lane: partition < lanes ? partition : undefined,
        buffers
      }),
      openedAt: 0,
      first: 0,
      unacked: []
    }))
    this.delivery = new ProduceDelivery(cluster, {
      clock: options.clock,
      random: options.random,
      deliveryMs: options.deliveryMs ?? Number.POSITIVE_INFINITY,
      onTrouble: options.onTrouble ?? ignore,
      onRecovered: options.onRecovered ?? ignore,
      gaveUp: (waitedMs, last) => this.gaveUp(waitedMs, last)
    })
  }

  /** Records given to `send`. */
  get sent(): number {
    return this.numbered
  }

  /** Records that all replicas have. */
  get acked(): number {
    return this.acks
  }

  /** Bytes that are collected or on their way. */
  get buffered(): number {
    return this.held
  }

  /** True at the bound of the buffer: await `ready` before the next `send`. */
  get full(): boolean {
    return this.held >= this.bufferBytes
  }

  /** Every send with a smaller number is acked. */
  ackedThrough(): number {
    let through = this.numbered
    for (const { encoder, first, unacked } of this.collectors) {
      if (unacked.length > 0) through = Math.min(through, unacked[0]!)
      else if (encoder.count > 0) through = Math.min(through, first)
    }
    return through
  }

  /** By key as Kafka's Java client does; without one, where the batch that is filling up has room for the value. */
  partitionFor(key: Uint8Array | null, value: Uint8Array | null = null): number {
    if (key !== null) return partitionOfKey(key, this.partitions)
    const collector = this.collectors[this.sticky]!
    if (this.lacksRoom(collector, BatchEncoder.recordSize(null, value))) this.seal(collector)
    return this.sticky
  }

  /** Copies the record in and numbers it. Throws what ended the producer. */
  send(
    partition: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timeMs: number,
    headers?: readonly RecordHeader[]
  ): void {
    if (this.ended !== undefined) throw this.ended
    const collector = this.collectors[partition]
    assert(collector !== undefined, `the topic has a partition ${partition}`)
    const size = BatchEncoder.recordSize(key, value, headers)
    if (this.lacksRoom(collector, size)) this.seal(collector)
    // Sealing may have given the partition another encoder.
    const { encoder } = collector
    const before = encoder.count === 0 ? 0 : encoder.size
    encoder.append(key, value, timeMs, headers)
    this.collected(collector, before, this.numbered)
    this.numbered++
  }

  /**
   * Sends lines by the rules, as long as they are frames at sight. Throws what ended the producer.
   * `send` for each does the same.
   */
  sendLines(bytes: Uint8Array, start: number, end: number, timeMs: number): SentLines {
    if (this.ended !== undefined) throw this.ended
    const { numbered } = this
    const kernel = this.lanes().length > 0 ? this.kernel : undefined
    let at = start
    let piece = PIECE_BYTES
    while (kernel !== undefined && at < end) {
      const size = kernel.load(bytes, at, Math.min(end, at + piece))
      const used = this.takeLoaded(kernel, size, timeMs)
      at += used
      if (used > 0) continue
      // What is left is odd, has no end yet, or is a longer line than the piece.
      if (piece === Number.POSITIVE_INFINITY || at + size === end) break
      if (bytes.subarray(at, at + size).includes(NEWLINE)) break
      piece = Number.POSITIVE_INFINITY
    }
    return { end: at, frames: this.numbered - numbered }
  }

  /** Resolves when `send` may go on. Rejects with what ended the producer. */
  ready(): Promise<void> {
    if (this.ended !== undefined) return Promise.reject(this.ended)
    if (!this.full) return Promise.resolve()
    this.waiting ??= Promise.withResolvers()
    return this.waiting.promise
  }

  /** Resolves when everything sent so far is acked. */
  async flush(): Promise<void> {
    for (const collector of this.collectors) this.seal(collector)
    await Promise.all(this.outstanding)
    if (this.ended !== undefined) throw this.ended
  }

  /** Drops what is not acked: call `flush` before. */
  close(): void {
    this.closing.abort()
    this.delivery.close()
  }

  /** Makes the loaded lines records, and returns the position of the first that was not taken. */
  private takeLoaded(kernel: ProduceKernel, size: number, timeMs: number): number {
    let used = 0
    for (;;) {
      const lanes = this.lanes()
      if (lanes.length === 0) return used
      for (const { encoder } of lanes) encoder.openLane(timeMs, this.batchBytes)
      used = kernel.take(used, size)
      for (const collector of lanes) {
        const { encoder } = collector
        const before = encoder.count === 0 ? 0 : encoder.size
        if (encoder.closeLane(timeMs) === 0) continue
        this.collected(collector, before, this.numbered + kernel.laneFirst(encoder.lane!))
      }
      this.numbered += kernel.taken
      if (kernel.fullLane < 0) return used
      // It lies in the kernel too, so compressing it leaves the loaded lines as they are.
      this.seal(lanes[kernel.fullLane]!)
    }
  }

  /** By lane of the kernel: what may take lines. */
  private lanes(): readonly Collector[] {
    if (this.rules.keyField !== undefined) return this.kernel?.lanes === 0 ? [] : this.collectors
    const collector = this.collectors[this.sticky]!
    return collector.encoder.lane === undefined ? [] : [collector]
  }

  /** Accounts for what was put into a batch; its size was 0 when number `first` opened it. */
  private collected(collector: Collector, before: number, first: number): void {
    this.held += collector.encoder.size - before
    if (before > 0) return
    collector.first = first
    collector.openedAt = this.clock.now()
    void this.tick()
  }

  private lacksRoom({ encoder }: Collector, size: number): boolean {
    return encoder.count > 0 && encoder.size + size > this.batchBytes
  }

  private seal(collector: Collector): void {
    const { encoder, partition } = collector
    if (encoder.count === 0) return
    const { count, size } = encoder
    const bytes = encoder.close(this.codec, false)
    this.held += bytes.length - size
    collector.unacked.push(collector.first)
    if (partition === this.sticky) this.moveOn(collector)
    const outcome = this.delivery.enqueue(this.topic, partition, bytes, count).then(
      () => this.batchAcked(collector, bytes, count),
      error => this.end(error as HeadcountError)
    )
    this.outstanding.add(outcome)
    void outcome.then(() => this.outstanding.delete(outcome))
  }

  /** Records without a key go to the next partition, and there what takes lines, unless records wait there. */
  private moveOn(collector: Collector): void {
    this.sticky = (this.sticky + 1) % this.partitions
    const next = this.collectors[this.sticky]!
    if (next.encoder.count > 0 || this.rules.keyField !== undefined) return
    const { encoder } = next
    next.encoder = collector.encoder
    collector.encoder = encoder
  }

  private batchAcked(collector: Collector, bytes: Buffer, count: number): void {
    collector.unacked.shift()
    this.acks += count
    this.held -= bytes.length
    this.buffers.give(bytes)
    if (this.isDue(collector)) this.seal(collector)
    else void this.tick()
    if (this.waiting === undefined || this.held > this.bufferBytes * REFILL_AT) return
    this.waiting.resolve()
    this.waiting = undefined
  }

  /** While batches could leave, looks once per linger time which of them should. */
  private async tick(): Promise<void> {
    if (this.ticking) return
    this.ticking = true
    while (this.ended === undefined && this.collectors.some(each => this.couldLeave(each))) {
      await this.clock.sleep(this.lingerMs, this.closing.signal)
      if (this.closing.signal.aborted) break
      for (const collector of this.collectors) if (this.isDue(collector)) this.seal(collector)
    }
    this.ticking = false
  }

  /** Behind a batch on its way, records may as well wait together. */
  private couldLeave({ partition, encoder }: Collector): boolean {
    return encoder.count > 0 && this.delivery.idle(this.topic, partition)
  }

  private isDue(collector: Collector): boolean {
    return this.couldLeave(collector) && this.clock.now() - collector.openedAt >= this.lingerMs
  }

  private end(error: HeadcountError): void {
    this.ended ??= error
    this.waiting?.reject(this.ended)
    this.waiting = undefined
  }

  private gaveUp(waitedMs: number, last: HeadcountError): HeadcountError {
    const waited = `${formatDuration(waitedMs)} (${last.message})`
    const position = this.ackedThrough()
    return failure(
      'produce-gave-up',
      { waited, sent: this.acks, topic: this.topic, position },
      last
    )
  }
}

function ignore(): void {}
