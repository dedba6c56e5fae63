import * as K from '@platformatic/kafka'
import { failure } from '../../src/core/errors.ts'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'

const PRODUCE = 0
const INIT_PRODUCER_ID = 22
const OUT_OF_ORDER = 45

export interface Arrival {
  readonly partition: number
  readonly bytes: Buffer
  readonly producerId: bigint
  readonly sequence: number
  readonly count: number
}

/**
 * Partition leaders in memory that check sequences as Kafka does, for what a real broker does not do
 * on demand. `script` holds error codes per partition that are answered instead of storing;
 * `lost` holds, per partition, how many answers vanish with their connection after the batch is stored.
 */
export class ScriptedLeaders {
  readonly script = new Map<number, number[]>()
  readonly lost = new Map<number, number>()
  /** Partitions that have no leader now, or don't exist. */
  readonly leaderless = new Map<number, 'broker-refused' | 'topic-missing'>()
  /** Every Produce request, as the batches that came in it. */
  readonly requests: Arrival[][] = []
  readonly stored: Arrival[] = []
  refreshes = 0
  /** Of the topic. */
  partitions = 1
  private ids = 0
  private readonly expected = new Map<string, number>()

  /** What a delivery sees of all this. */
  get cluster(): Cluster {
    const wire = { address: 'scripted', closed: false, send: this.send.bind(this) }
    const leaders = {
      options: { brokers: ['scripted'] },
      topic: async () => ({ partitions: Array.from({ length: this.partitions }) }),
      // Nobody may read its settings.
      controller: async () => {
        throw failure('broker-denied', { request: 'settings', problem: 'scripted', right: 'none' })
      },
      leader: async (topic: string, partition: number) => {
        await Promise.resolve()
        const code = this.leaderless.get(partition)
        if (code === undefined) return 1
        if (code === 'broker-refused') {
          throw failure(code, { request: 'leader', problem: 'none now', advice: 'wait' })
        }
        throw failure(code, { topic, address: 'scripted', suggestion: 'none' })
      },
      wire: async () => wire,
      refresh: async () => {
        this.refreshes++
      }
    }
    return leaders as unknown as Cluster
  }

  private send(
    apiKey: number,
    version: number,
    makePayload: () => K.Writer,
    parse: K.ResponseParser<unknown>,
    _request: boolean,
    _response: boolean,
    done: K.Callback<unknown>
  ): void {
    const asked = K.Reader.from(makePayload().buffer)
    if (apiKey === INIT_PRODUCER_ID) {
      const body = K.Writer.create().appendInt32(0).appendInt16(0)
      body
        .appendInt64(BigInt(++this.ids))
        .appendInt16(0)
        .appendTaggedFields()
      done(null, parse(0, apiKey, version, K.Reader.from(body.buffer)))
      return
    }
    if (apiKey !== PRODUCE) throw new Error(`request ${apiKey}`)
    const arrivals = readRequest(asked)
    this.requests.push(arrivals)
    const answers = arrivals.map(arrival => ({ arrival, code: this.take(arrival) }))
    if (arrivals.some(({ partition }) => this.loses(partition))) {
      done(failure('broker-unreachable', { address: 'scripted', problem: 'closed' }))
      return
    }
    const body = K.Writer.create()
      .appendArray(['t'], (writer, name) => {
        writer.appendString(name).appendArray(answers, (inner, { arrival, code }) => {
          inner.appendInt32(arrival.partition).appendInt16(code).appendInt64(0n)
          inner
            .appendInt64(-1n)
            .appendInt64(0n)
            .appendArray([], () => {})
            .appendString(null)
        })
      })
      .appendInt32(0)
      .appendTaggedFields()
    queueMicrotask(() => done(null, parse(0, apiKey, version, K.Reader.from(body.buffer))))
  }

  private loses(partition: number): boolean {
    const left = this.lost.get(partition) ?? 0
    this.lost.set(partition, left - 1)
    return left > 0
  }

  private take(arrival: Arrival): number {
    const code = this.script.get(arrival.partition)?.shift() ?? 0
    if (code !== 0) return code
    const key = `${arrival.partition}/${arrival.producerId}`
    const expected = this.expected.get(key) ?? 0
    const isRepeat = this.stored.some(
      each => each.partition === arrival.partition && each.bytes.equals(arrival.bytes)
    )
    if (isRepeat) return 0
    if (arrival.sequence !== expected) return OUT_OF_ORDER
    this.expected.set(key, arrival.sequence + arrival.count)
    this.stored.push(arrival)
    return 0
  }
}

function readRequest(reader: K.Reader): Arrival[] {
  reader.readNullableString()
  reader.readInt16()
  reader.readInt32()
  const topics = reader.readArray(topic => {
    topic.readString()
    return topic.readArray(each => {
      const partition = each.readInt32()
      const bytes = Buffer.from(each.readBytes())
      return {
        partition,
        bytes,
        producerId: bytes.readBigInt64BE(43),
        sequence: bytes.readInt32BE(53),
        count: bytes.readInt32BE(57)
      }
    })
  })
  return topics.flat()
}
