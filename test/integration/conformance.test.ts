import { Inputs } from '../../src/core/inputs.ts'
import { systemClock } from '../../src/host/system-clock.ts'
import { TopicSource } from '../../src/kafka/fetch/topic-source.ts'
import { Producer } from '../../src/kafka/produce/producer.ts'
import { inputOf } from '../conformance/inputs.conformance.ts'
import { type SourceUnderTest, sourceConformance } from '../conformance/source.conformance.ts'
import { developmentBroker } from './dev-broker.ts'
import { Scratch } from './scratch.ts'

const broker = await developmentBroker()

/** Topics of so many partitions each, which hold these frames in the order of their slots. */
async function openTopics(
  bootstrap: string,
  sizes: readonly number[],
  frames: readonly (readonly string[])[]
): Promise<SourceUnderTest> {
  const scratch = await Scratch.open(bootstrap)
  const topics = await Promise.all(sizes.map(size => scratch.topic('source', size)))
  const inputs = new Inputs(
    topics.map(({ name, id, partitions }) => inputOf({ name, id, partitions: partitions.length }))
  )
  for (const [index, slot] of inputs.slots.entries()) {
    const { input, partition } = inputs.place(slot)
    const common = { clock: systemClock, random: Math.random, codec: 'zstd' } as const
    const producer = await Producer.open(scratch.cluster, { topic: input.name, ...common })
    for (const frame of frames[index]!) producer.send(partition, null, Buffer.from(frame), 1_000)
    await producer.flush()
    producer.close()
  }
  const source = new TopicSource(scratch.cluster, inputs)
  return { source, slots: inputs.slots, close: () => scratch.close() }
}

if (broker) {
  const { bootstrap } = broker
  sourceConformance('a topic', 3, frames => openTopics(bootstrap, [3], frames))
  sourceConformance('two topics', 3, frames => openTopics(bootstrap, [1, 2], frames))
}
