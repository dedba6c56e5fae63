import { describe } from 'node:test'
import { systemClock } from '../../src/host/system-clock.ts'
import { KafkaAppLog } from '../../src/kafka/fetch/app-log.ts'
import { Producer } from '../../src/kafka/produce/producer.ts'
import type { LogName } from '../../src/port/log.ts'
import { appLogConformance } from '../conformance/app-log.conformance.ts'
import { developmentBroker } from './dev-broker.ts'
import { Scratch } from './scratch.ts'

const broker = await developmentBroker()

describe('on a broker', { skip: broker === undefined }, () => {
  appLogConformance('the log in Kafka', async () => {
    const scratch = await Scratch.open(broker!.bootstrap)
    const compacted = { 'cleanup.policy': 'compact' }
    const make = async (log: LogName, partitions: number, configs = {}) =>
      (await scratch.topic(log, partitions, configs)).name
    const topics = {
      partials: await make('partials', 3),
      windows: await make('windows', 1, compacted),
      counts: await make('counts', 1, compacted),
      rejects: await make('rejects', 1),
      control: await make('control', 1, compacted)
    }
    const producers = new Map<LogName, Producer>()
    for (const [name, topic] of Object.entries(topics) as [LogName, string][]) {
      const options = { topic, clock: systemClock, random: Math.random }
      producers.set(name, await Producer.open(scratch.cluster, options))
    }
    const log = await KafkaAppLog.open(scratch.cluster, { topics })
    return {
      log,
      append: async (to, partition, records) => {
        const producer = producers.get(to)!
        for (const { key, value } of records) {
          producer.send(partition, key, value, systemClock.now())
        }
        await producer.flush()
      },
      close: async () => {
        for (const producer of producers.values()) producer.close()
        await log.close()
        await scratch.close()
      }
    }
  })
})
