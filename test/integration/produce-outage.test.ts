import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { captureTool } from '../../src/broker/index.ts'
import { systemClock } from '../../src/host/system-clock.ts'
import { RecordReader } from '../../src/kafka/fetch/record-reader.ts'
import { ClassicMembership } from '../../src/kafka/group/membership.ts'
import { Producer } from '../../src/kafka/produce/producer.ts'
import { ownBroker } from './dev-broker.ts'
import { Scratch } from './scratch.ts'

const common = { clock: systemClock, random: Math.random }
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

// These tests kill their broker: it is one of their own.
const broker = await ownBroker()

describe('a producer', { skip: broker === undefined }, () => {
  let scratch: Scratch
  before(async () => {
    scratch = await Scratch.open(broker!.bootstrap)
  })
  after(async () => {
    await scratch.close()
    await broker!.stop()
  })

  it('is read by Kafka’s own console consumer, whatever the codec', async () => {
    const { name } = await scratch.topic('console')
    const expected: string[] = []
    for (const codec of codecs) {
      const producer = await Producer.open(scratch.cluster, { topic: name, codec, ...common })
      const header = { key: Buffer.from('codec'), value: Buffer.from(codec) }
      for (let i = 0; i < 20; i++) {
        const value = `${codec} é ${'again and '.repeat(10)}${i}`
        producer.send(0, Buffer.from(`k${i}`), Buffer.from(value), 1_700_000_000_000 + i, [header])
        expected.push(`CreateTime:${1_700_000_000_000 + i}\tcodec:${codec}\tk${i}\t${value}`)
      }
      producer.send(0, Buffer.from('gone'), null, 5)
      expected.push('CreateTime:5\tNO_HEADERS\tgone\tnull')
      await producer.flush()
      producer.close()
    }
    const shown = ['timestamp', 'headers', 'key'].flatMap(each => [
      '--formatter-property',
      `print.${each}=true`
    ])
    const { stdout, stderr } = await captureTool({
      machine: process,
      folder: broker!.folder,
      tool: 'kafka-console-consumer',
      args: [
        ...['--topic', name, '--from-beginning', '--isolation-level', 'read_committed'],
        ...['--max-messages', String(expected.length), '--timeout-ms', '20000', ...shown]
      ]
    })
    assert.deepEqual(stdout.trimEnd().split('\n'), expected, stderr)
  })

  it('loses and doubles nothing when the broker is killed and comes back', async () => {
    const { name } = await scratch.topic('killed', 2)
    const { name: other } = await scratch.topic('given-up')
    const group = scratch.name('group')
    const member = new ClassicMembership(scratch.cluster, { group, topic: name })
    await member.join()
    const lines: string[] = []
    const recovered = Promise.withResolvers<number>()
    const producer = await Producer.open(scratch.cluster, {
      topic: name,
      codec: 'lz4',
      batchBytes: 2_000,
      bufferBytes: 20_000,
      ...common,
      onTrouble: line => lines.push(line),
      onRecovered: recovered.resolve
    })
    const hasty = await Producer.open(scratch.cluster, { topic: other, deliveryMs: 500, ...common })
    const total = 20_000
    let killed: Promise<unknown> | undefined
    for (let i = 0; i < total; i++) {
      producer.send(i % 2, null, Buffer.from(String(i)), 1)
      if (producer.full) await producer.ready()
      if (i === 5_000) {
        killed = broker!.kill().then(async () => {
          hasty.send(0, null, Buffer.from('never'), 1)
          await assert.rejects(hasty.flush(), {
            code: 'produce-gave-up',
            message: /: 0 frames are in .*, the next one is frame 0$/
          })
          const committed = member.commit(new Map([[0, { offset: 1, metadata: 'patient' }]]))
          await broker!.revive()
          await committed
        })
      }
    }
    await producer.flush()
    await killed
    assert.equal(producer.ackedThrough(), total)
    assert.ok((await recovered.promise) >= 1_000)
    assert.match(lines[0]!, /no answer from the Kafka broker .*; trying for \d/)
    assert.equal((await member.committed(0))?.metadata, 'patient')
    for (const partition of [0, 1]) {
      const reader = await RecordReader.open(scratch.cluster, name, new Map([[partition, 0]]))
      const found: number[] = []
      while (found.length < total / 2 || !reader.atEnd) {
        for (const { value } of await reader.poll(5_000)) found.push(Number(Buffer.from(value!)))
      }
      await reader.close()
      assert.deepEqual(
        found,
        Array.from({ length: total / 2 }, (_, i) => 2 * i + partition)
      )
    }
    producer.close()
    hasty.close()
    await member.leave()
  })
})
