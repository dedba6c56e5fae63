import * as K from '@platformatic/kafka'
import { failure } from '../../src/core/errors.ts'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'
import type { CommittedOffset } from '../../src/port/log.ts'

const NAMES: Readonly<Record<number, string>> = {
  0: 'Produce',
  9: 'OffsetFetch',
  10: 'FindCoordinator',
  22: 'InitProducerId',
  24: 'AddPartitionsToTxn',
  25: 'AddOffsetsToTxn',
  26: 'EndTxn',
  28: 'TxnOffsetCommit'
}
const OUT_OF_ORDER = 45
const PRODUCER_FENCED = 90

/** An error code; `lost`: done, but not answered; `unheard`: not even done. */
export type Fault = number | 'lost' | 'unheard'

export interface SentBatch {
  readonly partition: number
  readonly bytes: Buffer
}

/**
 * A cluster in memory that keeps one transactional id as Kafka does, for what a real broker does not do
 * on demand. `script` holds, by call, what happens to its next requests; `always` to all of them.
 */
export class ScriptedTransactions {
  /** Every request but those that find the coordinators: name and version. */
  readonly requests: string[] = []
  /** The batches of every Produce, with the leader they went to. */
  readonly produced: { readonly node: number; readonly batches: readonly SentBatch[] }[] = []
  /** The requests of AddPartitionsToTxn, TxnOffsetCommit and EndTxn, as they were. */
  readonly sent: { readonly name: string; readonly bytes: Buffer }[] = []
  readonly script = new Map<string, Fault[]>()
  readonly always = new Map<string, Fault>()
  /** Records that a read-committed reader sees. */
  committed = 0
  stored: CommittedOffset | undefined
  identity = { producerId: 7n, epoch: -1 }
  /** Somebody else has taken over. */
  taken = false
  private readonly level: number
  private open = 0
  private pending: CommittedOffset | undefined
  private sequences = new Map<number, number>()
  private seen = new Set<string>()

  constructor(level: 1 | 2) {
    this.level = level
  }

  get cluster(): Cluster {
    const wireTo = (node: number) => {
      const send = (...request: SendArguments) => this.send(node, request)
      return { address: 'scripted', closed: false, send, within: () => ({ send }) }
    }
    const cluster = {
      options: { brokers: ['scripted'] },
      feature: () => this.level,
      leader: async (_topic: string, partition: number) => partition % 2,
      wire: async (_purpose: string, node: number) => wireTo(node),
      controller: async () => wireTo(0),
      refresh: async () => {}
    }
    return cluster as unknown as Cluster
  }

  private send(node: number, [key, version, payload, parse, , , done]: SendArguments): void {
    const name = NAMES[key]!
    const bytes = Buffer.from(payload().buffer)
    const fault = this.fault(name)
    if (name !== 'FindCoordinator') this.requests.push(`${name} v${version}`)
    if (key > 22) this.sent.push({ name, bytes })
    const reader = K.Reader.from(bytes)
    const code = typeof fault === 'number' ? fault : 0
    const answer = fault === 'unheard' ? undefined : this.answer(name, version, code, reader, node)
    queueMicrotask(() => {
      if (answer === undefined || fault === 'lost') {
        done(failure('broker-unreachable', { address: 'scripted', problem: 'cut' }))
        return
      }
      try {
        done(null, parse(0, key, version, K.Reader.from(answer.buffer)))
      } catch (error) {
        done(error as Error)
      }
    })
  }

  private fault(name: string): Fault {
    return this.script.get(name)?.shift() ?? this.always.get(name) ?? 0
  }

  private answer(
    name: string,
    version: number,
    code: number,
    reader: K.Reader,
    node: number
  ): K.Writer {
    const writer = K.Writer.create()
    if (name === 'Produce') return this.produce(writer, code, reader, node)
    writer.appendInt32(0)
    switch (name) {
      case 'FindCoordinator':
        return writer
          .appendArray([0], each =>
            each
              .appendString('key')
              .appendInt32(5)
              .appendString('host')
              .appendInt32(1)
              .appendInt16(0)
              .appendString(null)
          )
          .appendTaggedFields()
      case 'InitProducerId':
        return this.begin(writer, code, reader)
      case 'OffsetFetch':
        return this.offsets(writer)
      case 'EndTxn':
        return this.end(writer, version, code, reader)
      case 'AddOffsetsToTxn':
        return writer.appendInt16(code).appendTaggedFields()
      default:
        if (name === 'TxnOffsetCommit' && code === 0) this.pending = readOffset(reader)
        return writer
          .appendArray(['t'], (topic, title) =>
            topic
              .appendString(title)
              .appendArray([0], each => each.appendInt32(0).appendInt16(code))
          )
          .appendTaggedFields()
    }
  }

  private begin(writer: K.Writer, code: number, reader: K.Reader): K.Writer {
    reader.readNullableString()
    reader.readInt32()
    const own = reader.readInt64() >= 0n
    const refused = code === 0 && own && this.taken ? PRODUCER_FENCED : code
    if (refused === 0) this.next(false)
    return this.identified(writer, refused)
  }

  private end(writer: K.Writer, version: number, code: number, reader: K.Reader): K.Writer {
    reader.readString()
    const producerId = reader.readInt64()
    const epoch = reader.readInt16()
    const commits = reader.readBoolean()
    const repeated = this.seen.has(`${producerId}/${epoch}`)
    if (code === 0 && !repeated) {
      if (this.level === 2) this.seen.add(`${producerId}/${epoch}`)
      if (this.level === 2) this.next(commits)
      else this.close(commits)
    }
    return version < 5
      ? writer.appendInt16(code).appendTaggedFields()
      : this.identified(writer, code)
  }

  private identified(writer: K.Writer, code: number): K.Writer {
    const { producerId, epoch } = this.identity
    return writer.appendInt16(code).appendInt64(producerId).appendInt16(epoch).appendTaggedFields()
  }

  /** The epochs of a producer id end after 3 here. */
  private next(commits: boolean): void {
    this.close(commits)
    const { producerId, epoch } = this.identity
    this.identity =
      epoch === 3 ? { producerId: producerId + 1n, epoch: 0 } : { producerId, epoch: epoch + 1 }
    this.sequences = new Map()
  }

  private close(commits: boolean): void {
    if (commits) {
      this.committed += this.open
      this.stored = this.pending ?? this.stored
    }
    this.open = 0
    this.pending = undefined
  }

  private offsets(writer: K.Writer): K.Writer {
    const { offset = -1, metadata = '' } = this.stored ?? {}
    return writer
      .appendArray(['g'], (group, name) =>
        group
          .appendString(name)
          .appendArray(['t'], (topic, title) =>
            topic
              .appendString(title)
              .appendArray([0], each =>
                each
                  .appendInt32(0)
                  .appendInt64(BigInt(offset))
                  .appendInt32(-1)
                  .appendString(metadata)
                  .appendInt16(0)
              )
          )
          .appendInt16(0)
      )
      .appendTaggedFields()
  }

  private produce(writer: K.Writer, code: number, reader: K.Reader, node: number): K.Writer {
    const batches = readProduce(reader)
    this.produced.push({ node, batches })
    const codes = batches.map(batch => (code === 0 ? this.take(batch) : code))
    return writer
      .appendArray(['t'], (topic, title) =>
        topic.appendString(title).appendArray(batches, (each, { partition }) => {
          each
            .appendInt32(partition)
            .appendInt16(codes[batches.findIndex(b => b.partition === partition)]!)
          each.appendInt64(0n).appendInt64(-1n).appendInt64(0n)
          each.appendArray([], () => {}).appendString(null)
        })
      )
      .appendInt32(0)
      .appendTaggedFields()
  }

  private take({ partition, bytes }: SentBatch): number {
    const sequence = bytes.readInt32BE(53)
    const count = bytes.readInt32BE(57)
    const expected = this.sequences.get(partition) ?? 0
    if (sequence === expected - count) return 0
    if (sequence !== expected) return OUT_OF_ORDER
    this.sequences.set(partition, expected + count)
    this.open += count
    return 0
  }
}

type SendArguments = [
  key: number,
  version: number,
  payload: () => K.Writer,
  parse: K.ResponseParser<unknown>,
  flexibleRequest: boolean,
  flexibleResponse: boolean,
  done: K.Callback<unknown>
]

function readProduce(reader: K.Reader): SentBatch[] {
  reader.readNullableString()
  reader.readInt16()
  reader.readInt32()
  const topics = reader.readArray(topic => {
    topic.readString()
    return topic.readArray(each => ({
      partition: each.readInt32(),
      bytes: Buffer.from(each.readBytes())
    }))
  })
  return topics.flat()
}

function readOffset(reader: K.Reader): CommittedOffset {
  reader.readString()
  reader.readString()
  reader.readInt64()
  reader.readInt16()
  reader.readInt32()
  reader.readString()
  reader.readNullableString()
  const [offset] = reader.readArray(topic => {
    topic.readString()
    return topic.readArray(each => {
      each.readInt32()
      const at = Number(each.readInt64())
      each.readInt32()
      return { offset: at, metadata: each.readString() }
    })
  })
  return offset![0]!
}
