import * as K from '@platformatic/kafka'
import { failure } from '../../src/core/errors.ts'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'
import { GroupModel, Refused } from './group-model.ts'

const OFFSET_COMMIT = 8
const FIND_COORDINATOR = 10
const HEARTBEAT = 68
export const TOPIC = 'grouped'
const TOPIC_ID = '00000000-0000-4000-8000-000000000001'

/** What happens to a heartbeat instead of what should: a code, or words that get lost. */
export type Fault = number | 'lose-request' | 'lose-answer'

export interface HeardReport {
  readonly memberId: string
  readonly epoch: number
  readonly owned: readonly number[] | undefined
  readonly topics: readonly string[] | null
  readonly assignor: string | null
  readonly rebalanceMs: number
}

/** A coordinator in memory, for what a real broker does not do on demand. */
export class ScriptedGroup {
  readonly model: GroupModel
  readonly faults: Fault[] = []
  /** Codes that the next offset commits are answered with. */
  readonly commitCodes: number[] = []
  readonly heard: HeardReport[] = []
  readonly commits: { memberId: string; epoch: number }[] = []
  /** How often a client had to look for the coordinator. */
  searches = 0
  away = false
  /** How often members are told to report. */
  intervalMs = 50

  constructor(partitions: number) {
    this.model = new GroupModel(partitions)
  }

  get cluster(): Cluster {
    const wire = async (): Promise<unknown> => {
      await Promise.resolve()
      if (this.away) throw unreachable()
      const connection = { address: 'scripted', closed: false, close: () => {} }
      const send = this.send.bind(this, connection)
      return Object.assign(connection, { send, within: () => ({ send }) })
    }
    const cluster = {
      address: 'scripted',
      options: { brokers: ['scripted'] },
      topic: async () => ({ name: TOPIC, id: TOPIC_ID, partitions: [] }),
      controller: wire,
      wire,
      ownWire: wire
    }
    return cluster as unknown as Cluster
  }

  private send(
    connection: { closed: boolean },
    apiKey: number,
    version: number,
    makePayload: () => K.Writer,
    parse: K.ResponseParser<unknown>,
    _request: boolean,
    _response: boolean,
    done: K.Callback<unknown>
  ): void {
    const reader = K.Reader.from(makePayload().buffer)
    queueMicrotask(() => {
      const body = this.away ? undefined : this.answer(apiKey, reader)
      try {
        if (body === undefined) {
          connection.closed = true
          done(unreachable())
        } else done(null, parse(0, apiKey, version, K.Reader.from(body.buffer)))
      } catch (error) {
        done(error as Error)
      }
    })
  }

  private answer(apiKey: number, reader: K.Reader): K.Writer | undefined {
    if (apiKey === HEARTBEAT) return this.heartbeat(reader)
    if (apiKey === OFFSET_COMMIT) return this.commit(reader)
    if (apiKey !== FIND_COORDINATOR) throw new Error(`request ${apiKey}`)
    this.searches++
    return K.Writer.create()
      .appendInt32(0)
      .appendArray(['group'], (writer, key) => {
        writer.appendString(key).appendInt32(1).appendString('scripted').appendInt32(9_092)
        writer.appendInt16(0).appendString(null)
      })
      .appendTaggedFields()
  }

  private heartbeat(reader: K.Reader): K.Writer | undefined {
    const report = readReport(reader)
    this.heard.push(report)
    const fault = this.faults.shift()
    if (fault === 'lose-request') return undefined
    if (typeof fault === 'number') return this.body(fault, -1, undefined)
    try {
      const { epoch, assigned } = this.model.heartbeat(report)
      return fault === 'lose-answer' ? undefined : this.body(0, epoch, assigned)
    } catch (error) {
      if (error instanceof Refused) return this.body(error.errorCode, -1, undefined)
      throw error
    }
  }

  private body(code: number, epoch: number, assigned: readonly number[] | undefined): K.Writer {
    const body = K.Writer.create().appendInt32(0).appendInt16(code).appendString(null)
    body.appendString('member').appendInt32(epoch).appendInt32(this.intervalMs)
    if (assigned === undefined) return body.appendInt8(-1).appendTaggedFields()
    const topics = assigned.length === 0 ? [] : [assigned]
    return body
      .appendInt8(1)
      .appendArray(topics, (writer, partitions) => {
        writer
          .appendUUID(TOPIC_ID)
          .appendArray([...partitions], (inner, each) => void inner.appendInt32(each), true, false)
      })
      .appendTaggedFields()
      .appendTaggedFields()
  }

  private commit(reader: K.Reader): K.Writer {
    reader.readString()
    const epoch = reader.readInt32()
    const memberId = reader.readString()
    this.commits.push({ memberId, epoch })
    const code = this.commitCodes.shift() ?? this.seatCode(memberId, epoch)
    return K.Writer.create()
      .appendInt32(0)
      .appendArray([TOPIC], (writer, name) => {
        writer.appendString(name).appendArray([0], (inner, partition) => {
          inner.appendInt32(partition).appendInt16(code)
        })
      })
      .appendTaggedFields()
  }

  private seatCode(memberId: string, epoch: number): number {
    try {
      this.model.checkSeat(memberId, epoch)
      return 0
    } catch (error) {
      if (error instanceof Refused) return error.errorCode
      throw error
    }
  }
}

function unreachable(): Error {
  return failure('broker-unreachable', { address: 'scripted', problem: 'closed' })
}

function readReport(reader: K.Reader): HeardReport {
  reader.readString()
  const memberId = reader.readString()
  const epoch = reader.readInt32()
  reader.readNullableString()
  reader.readNullableString()
  const rebalanceMs = reader.readInt32()
  const topics = reader.readNullableArray(each => each.readString(), true, false)
  reader.readNullableString()
  const assignor = reader.readNullableString()
  const owned = reader.readNullableArray(each => {
    each.readUUID()
    return each.readArray(partition => partition.readInt32(), true, false)
  })
  return { memberId, epoch, rebalanceMs, topics, assignor, owned: owned?.flat() }
}
