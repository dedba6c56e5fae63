import * as K from '@platformatic/kafka'
import type { AbortedTransaction } from '../../src/kafka/batch/committed.ts'
import type { Reply, Request } from './scripted-broker.ts'
import { versionsBody } from './scripted-broker.ts'

export const TOPIC = 'events'
export const TOPIC_ID = '11111111-1111-4111-8111-111111111111'

const FETCH = 1
const LIST_OFFSETS = 2
const METADATA = 3
const API_VERSIONS = 18

/** One Fetch answer for partition 0, or a way to misbehave. */
export type FetchReply =
  | 'silence'
  | 'hang-up'
  | { readonly error: number }
  | {
      readonly batches: readonly Buffer[]
      readonly end: number
      readonly aborted?: readonly AbortedTransaction[]
      /** Where the log leaves what the reader has read (KIP-595). */
      readonly divergesAt?: number
      /** Node to read from instead (KIP-392). */
      readonly preferred?: number
      readonly throttleMs?: number
    }

export interface FetchScript {
  /** Taken one by one; the last one is repeated. */
  readonly fetches: readonly FetchReply[]
  readonly port: () => number
  readonly topicId?: () => string
  readonly range?: { start: number; end: number }
  /** Node that leads the partition, asked at each look at the metadata: 1 is this broker, 2 another one. */
  readonly leader?: () => number
  /** Of node 2, which is dead unless said. */
  readonly otherPort?: () => number
  /** Hears of the offset that each Fetch asked for. */
  readonly onFetch?: () => void
}

/** A broker with one topic of one partition, whose Fetch answers are written down beforehand. */
export function fetchScript(script: FetchScript): (request: Request) => Reply {
  let turn = 0
  let listed = 0
  return ({ apiKey }) => {
    switch (apiKey) {
      case API_VERSIONS:
        return versionsBody()
      case METADATA:
        return metadata(script)
      case LIST_OFFSETS: {
        const { start, end } = script.range ?? { start: 0, end: 0 }
        return offsets(listed++ % 2 === 0 ? start : end)
      }
      case FETCH: {
        script.onFetch?.()
        const reply = script.fetches[Math.min(turn++, script.fetches.length - 1)]!
        return typeof reply === 'string' ? reply : fetched(reply)
      }
      default:
        return 'hang-up'
    }
  }
}

const DEAD_PORT = 1

function metadata(script: FetchScript): Buffer {
  const { port, topicId, leader = () => 1, otherPort = () => DEAD_PORT } = script
  const leads = leader()
  return K.Writer.create()
    .appendInt32(0)
    .appendArray([1, 2], (writer, id) => {
      const at = id === 1 ? port() : otherPort()
      writer.appendInt32(id).appendString('127.0.0.1').appendInt32(at).appendString(null)
    })
    .appendString('cluster')
    .appendInt32(1)
    .appendArray([TOPIC], (writer, name) => {
      writer.appendInt16(0).appendString(name)
      writer.appendUUID(topicId?.() ?? TOPIC_ID).appendBoolean(false)
      writer.appendArray([0], (inner, index) => {
        inner.appendInt16(0).appendInt32(index).appendInt32(leads).appendInt32(5)
        for (let i = 0; i < 3; i++)
          inner.appendArray([1], (w, id) => w.appendInt32(id), true, false)
      })
      writer.appendInt32(0)
    })
    .appendTaggedFields().buffer
}

function offsets(offset: number): Buffer {
  return K.Writer.create()
    .appendInt32(0)
    .appendArray([TOPIC], (writer, name) => {
      writer.appendString(name).appendArray([0], (inner, index) => {
        inner.appendInt32(index).appendInt16(0).appendInt64(-1n)
        inner.appendInt64(BigInt(offset)).appendInt32(5)
      })
    })
    .appendTaggedFields().buffer
}

function fetched(reply: Exclude<FetchReply, string>): Buffer {
  const failed = 'error' in reply
  const end = BigInt(failed ? -1 : reply.end)
  const records = failed ? Buffer.alloc(0) : Buffer.concat(reply.batches)
  return K.Writer.create()
    .appendInt32(failed ? 0 : (reply.throttleMs ?? 0))
    .appendInt16(0)
    .appendInt32(0)
    .appendArray([TOPIC_ID], (writer, id) => {
      writer.appendUUID(id).appendArray([0], (inner, index) => {
        inner.appendInt32(index).appendInt16(failed ? reply.error : 0)
        inner.appendInt64(end).appendInt64(end).appendInt64(0n)
        inner.appendArray(failed ? [] : [...(reply.aborted ?? [])], (w, aborted) => {
          w.appendInt64(aborted.producerId).appendInt64(BigInt(aborted.firstOffset))
        })
        inner.appendInt32(failed ? -1 : (reply.preferred ?? -1))
        inner.appendUnsignedVarInt(records.length + 1)
        if (records.length > 0) inner.append(records)
        if (failed || reply.divergesAt === undefined) return
        // Tag 0, of 13 bytes: an epoch, an offset, no tags; the library would close it with an empty list.
        const tag = K.Writer.create().appendUnsignedVarInt(1).appendUnsignedVarInt(0)
        tag.appendUnsignedVarInt(13).appendInt32(2).appendInt64(BigInt(reply.divergesAt))
        inner.append(tag.appendUnsignedVarInt(0).buffer)
      })
    })
    .appendTaggedFields().buffer
}
