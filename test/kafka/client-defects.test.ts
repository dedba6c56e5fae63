import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as K from '@platformatic/kafka'
import { decompress } from '../../src/kafka/batch/codecs.ts'
import { craftBatch } from './crafted-batch.ts'

/*
 * What of @platformatic/kafka src/kafka goes around (docs/design/0003), as far as it shows without a
 * broker; test/integration/client-defects.test.ts has the rest. Each test fails when the library is
 * mended: then the place that its name says can go, or changes.
 *
 * All of them feed bytes to the library's own readers and writers, made by hand from the format pages
 * of Kafka, or look at what it exports.
 */
const NO_LEADER = 5
const UNKNOWN_CODE = 12_345

function readerOf(writer: K.Writer): K.Reader {
  return K.Reader.from(writer.buffer)
}

describe('the client library', () => {
  it('takes a batch whose checksum is wrong (record-batch.ts checks it)', () => {
    const batch = craftBatch({ base: 0, values: ['a', 'b'] })
    const at = batch.lastIndexOf('b')
    batch.write('x', at)
    const { records } = K.readRecordsBatch(K.Reader.from(batch))
    assert.deepEqual(
      records.map(({ value }) => value?.toString()),
      ['a', 'x']
    )
  })

  it('cannot write a batch behind sequence 2^31 - 1 (batch-encoder.ts wraps it)', () => {
    const sequences = new K.NumericMap()
    sequences.postIncrement('t:0', 2 ** 31, 0)
    const record = { topic: 't', partition: 0, value: Buffer.from('v') }
    assert.throws(() => K.createRecordsBatch([record], { sequences }), { code: 'ERR_OUT_OF_RANGE' })
  })

  it('makes a TypeError of an error code that it does not know (produce-outcome.ts, transaction-requests.ts name it)', () => {
    assert.throws(() => new K.ProtocolError(UNKNOWN_CODE), TypeError)
  })

  it('throws the metadata of all topics away for one that has an error (metadata.ts takes it from the error)', () => {
    const topics = [
      { code: 0, name: 'good' },
      { code: NO_LEADER, name: 'bad' }
    ]
    const answer = K.Writer.create()
      .appendInt32(0)
      .appendArray([], () => {})
      .appendString('cluster')
      .appendInt32(1)
      .appendArray(topics, (writer, { code, name }) => {
        writer.appendInt16(code).appendString(name)
        writer.appendUUID('00000000-0000-0000-0000-000000000001').appendBoolean(false)
        writer.appendArray([], () => {}).appendInt32(0)
      })
      .appendTaggedFields()
    assert.throws(
      () => K.metadataV12.parseResponse(0, 3, 12, readerOf(answer)),
      error => {
        assert.ok(error instanceof K.ResponseError)
        const { response } = error as { response?: K.metadataV12.MetadataResponse }
        assert.equal(response?.topics.length, 2)
        return true
      }
    )
  })

  it('throws the acks of all partitions away for one that is refused (produce-request.ts takes them from the error)', () => {
    const partitions = [
      { index: 0, code: 0 },
      { index: 1, code: NO_LEADER }
    ]
    const answer = K.Writer.create()
      .appendArray([0], topic => {
        topic.appendString('t').appendArray(partitions, (writer, { index, code }) => {
          writer.appendInt32(index).appendInt16(code).appendInt64(7n).appendInt64(-1n)
          writer.appendInt64(0n)
          writer.appendArray([], () => {}).appendString(null)
        })
      })
      .appendInt32(0)
      .appendTaggedFields()
    assert.throws(
      () => K.produceV11.parseResponse(0, 0, 11, readerOf(answer)),
      error => {
        assert.ok(error instanceof K.ResponseError)
        const { response } = error as { response?: K.produceV11.ProduceResponse }
        assert.equal(response?.responses[0]?.partitionResponses[0]?.baseOffset, 7n)
        return true
      }
    )
  })

  it('ends in a bare trap at snappy bytes that are damaged (codecs.ts says what is wrong)', () => {
    // Three bytes long, it says, and then copies from before its beginning.
    const damaged = Buffer.from([3, 0x01, 0x10, 0, 0, 0])
    assert.throws(() => K.compressionsAlgorithms.snappy.decompressSync(damaged), {
      name: 'RuntimeError'
    })
    assert.throws(() => decompress('snappy', damaged, 1_000), { message: 'not decodable' })
  })

  it('does not know the calls of KIP-890 (produce-request.ts and transaction-requests.ts have them)', () => {
    for (const newest of ['produceV11', 'txnOffsetCommitV4', 'endTxnV4']) assert.ok(newest in K)
    for (const missing of ['produceV12', 'txnOffsetCommitV5', 'endTxnV5']) {
      assert.equal(missing in K, false, missing)
    }
  })

  it('joins no group of the new protocol without a stream, and hides the epoch (consumer-member.ts is a member)', async () => {
    const consumer = new K.Consumer({
      clientId: 'defect',
      groupId: 'g',
      groupProtocol: 'consumer',
      // Nobody is asked: nothing listens there.
      bootstrapBrokers: ['127.0.0.1:1']
    })
    assert.equal(await consumer.joinGroup(), '')
    assert.equal(consumer.memberId, null)
    assert.equal(consumer.generationId, 0)
    assert.equal('memberEpoch' in consumer, false)
    await consumer.close()
  })
})
