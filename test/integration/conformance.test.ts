import { systemClock } from '../../src/host/system-clock.ts'
import { Producer } from '../../src/kafka/producer.ts'
import { TopicSource } from '../../src/kafka/topic-source.ts'
import { sourceConformance } from '../conformance/source.conformance.ts'
import { developmentBroker } from './dev-broker.ts'
import { Scratch } from './scratch.ts'

const broker = await developmentBroker()

if (broker) {
  sourceConformance('a topic', 3, async partitions => {
    const scratch = await Scratch.open(broker.bootstrap)
    const { name: topic } = await scratch.topic('source', partitions.length)
    const options = { topic, clock: systemClock, random: Math.random, codec: 'zstd' } as const
    const producer = await Producer.open(scratch.cluster, options)
    for (const [partition, frames] of partitions.entries()) {
      for (const frame of frames) producer.send(partition, null, Buffer.from(frame), 1_000)
    }
    await producer.flush()
    producer.close()
    const source = await TopicSource.create(scratch.cluster, topic)
    return { source, close: () => scratch.close() }
  })
}
