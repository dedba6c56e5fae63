import assert from 'node:assert/strict'
import { systemClock } from '../../src/host/system-clock.ts'
import { logBatches } from '../../src/kafka/batch/log-batches.ts'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'
import { KafkaAppLog } from '../../src/kafka/fetch/app-log.ts'
import { listOffsets } from '../../src/kafka/fetch/list-offsets.ts'
import { ClassicMembership } from '../../src/kafka/group/membership.ts'
import { TransactionCalls } from '../../src/kafka/transaction/transaction-calls.ts'
import { TransactionDelivery } from '../../src/kafka/transaction/transaction-delivery.ts'
import type {
  TransactionInput,
  TransactionOptions
} from '../../src/kafka/transaction/transaction-producer.ts'
import type { LogName, OutRecord, Seat } from '../../src/port/log.ts'
import { Scratch } from './scratch.ts'

const TASKS = 64

export const record = (value: string): OutRecord => ({
  key: Buffer.from('k'),
  value: Buffer.from(value)
})

/** An app's topics, a member that owns all its input, and tasks on that. */
export class AppOnBroker {
  readonly scratch: Scratch
  readonly topics: Record<LogName, string>
  readonly log: KafkaAppLog
  readonly input: string
  readonly group: string
  private readonly member: ClassicMembership
  private tasks = 0

  static async open(bootstrap: string): Promise<AppOnBroker> {
    const scratch = await Scratch.open(bootstrap)
    const make = async (log: string, partitions: number) =>
      (await scratch.topic(log, partitions)).name
    const topics = {
      partials: await make('partials', 2),
      windows: await make('windows', 1),
      counts: await make('counts', 1),
      rejects: await make('rejects', 1),
      control: await make('control', 1)
    }
    const input = await make('input', TASKS)
    const group = scratch.name('group')
    const member = new ClassicMembership(scratch.cluster, { group, topic: input, sessionMs: 6_000 })
    const [log] = await Promise.all([KafkaAppLog.open(scratch.cluster, { topics }), member.join()])
    return new AppOnBroker(scratch, topics, input, log, group, member)
  }

  private constructor(
    scratch: Scratch,
    topics: Record<LogName, string>,
    input: string,
    log: KafkaAppLog,
    group: string,
    member: ClassicMembership
  ) {
    this.scratch = scratch
    this.topics = topics
    this.input = input
    this.log = log
    this.group = group
    this.member = member
  }

  get cluster(): Cluster {
    return this.scratch.cluster
  }

  get seat(): Seat {
    const seat = this.member.seat(0)
    assert.ok(seat, 'the member owns all partitions')
    return seat
  }

  /** Another task: a transactional id and an input partition that nobody else has. */
  options(): TransactionOptions & { readonly input: TransactionInput } {
    const partition = this.tasks++
    assert.ok(partition < TASKS)
    const { topics, input: topic, group } = this
    const transactionalId = `${group}-${partition}`
    const input = { group, topic, partition, seat: (at: number) => this.member.seat(at) }
    return { transactionalId, topics, clock: systemClock, input }
  }

  /** What a task's instance is made of. */
  parts(classic = false) {
    const { transactionalId, input } = this.options()
    const common = { transactionalId, classic, answerMs: 5_000 }
    const calls = new TransactionCalls(this.cluster, {
      ...common,
      timeoutMs: 15_000,
      place: input
    })
    const delivery = new TransactionDelivery(this.cluster, common)
    const enqueue = (log: LogName, partition: number, ...values: string[]) => {
      for (const { bytes, count } of logBatches(values.map(record), systemClock.now())) {
        delivery.enqueue(this.topics[log], partition, bytes, count)
      }
    }
    return { calls, delivery, enqueue }
  }

  /** Values of a partition from an offset on, up to what is committed and aborted by now. */
  async committed(log: LogName, partition: number, from: number): Promise<string[]> {
    const { end } = await this.log.bounds(log, partition)
    const reader = await this.log.read(log, partition, from)
    const values: string[] = []
    while (reader.position < end) {
      for (const { value } of await reader.poll(5_000)) values.push(String(Buffer.from(value!)))
    }
    await reader.close()
    return values
  }

  /** Where a partition ends for those who don't wait for commits. */
  async written(log: LogName, partition: number): Promise<number> {
    const topic = this.topics[log]
    const ends = await listOffsets(this.cluster, topic, [partition], 'latest', 'uncommitted')
    return ends.get(partition)!
  }

  async close(): Promise<void> {
    await this.member.leave()
    await this.log.close()
    await this.scratch.close()
  }
}
