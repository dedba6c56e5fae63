import { topicOf } from '../../src/app/names.ts'
import { SqliteCache } from '../../src/host/sqlite-cache.ts'
import { systemClock } from '../../src/host/system-clock.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { Producer } from '../../src/kafka/produce/producer.ts'
import { kafkaSource } from '../../src/kafka-app/source.ts'
import type { LogName, Membership } from '../../src/port/log.ts'
import type { Transactional, TransactionWork } from '../../src/port/transaction.ts'
import type { AppPorts, AppSource } from '../../src/runtime/app-ports.ts'
import { startCount } from '../../src/runtime/count.ts'

/*
 * The same count with everything but the guarantee: node without-transactions.ts BROKERS TOPIC APP [alone]
 *
 * Records go out as plain idempotent batches, offsets by plain commits after them; with `alone` there is no
 * consumer group either. A crash would double or lose counts. Prints the results as JSONL.
 */
const [bootstrap, topic, app, alone] = process.argv.slice(2) as [string, string, string, string?]
const cluster = await Cluster.connect({ brokers: [bootstrap] })
const producers = new Map<LogName, Promise<Producer>>()

function producerOf(log: LogName): Promise<Producer> {
  let producer = producers.get(log)
  if (!producer) {
    const options = { clock: systemClock, random: Math.random, codec: 'lz4', lingerMs: 0 } as const
    producer = Producer.open(cluster, { topic: topicOf(app, log), ...options })
    producers.set(log, producer)
  }
  return producer
}

function plainWrites(membership: Membership, partition: number): Transactional {
  const commit = async ({ appends, offset }: TransactionWork): Promise<void> => {
    for (const append of appends) {
      const producer = await producerOf(append.log)
      for (const { key, value } of append.records) {
        producer.send(append.partition, key, value, Date.now())
      }
    }
    for (const { log } of appends) await (await producerOf(log)).flush()
    if (offset) await membership.commit(new Map([[partition, offset]]))
  }
  return { init: () => membership.committed(partition), commit, close: async () => {} }
}

/** Everything is ours, for good. */
function onlyMember(partitions: number): Membership {
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  return {
    join: async () => all,
    committed: async () => undefined,
    commit: async () => {},
    seat: () => ({ memberId: 'only', generation: 0 }),
    confirm: async () => all,
    onRevoke: () => {},
    onChange: () => {},
    leave: async () => {}
  }
}

function unguarded(source: AppSource): AppSource {
  return {
    attach: async settings => {
      const ports = await source.attach(settings)
      const inputs = ports.source.inputs.slots.length
      const groups: Pick<AppPorts, 'combine' | 'merge'> = alone
        ? { combine: onlyMember(inputs), merge: onlyMember(ports.log.partitions('partials')) }
        : ports
      return {
        ...ports,
        ...groups,
        combineTransactions: partition => plainWrites(groups.combine, partition),
        mergeTransactions: partition => plainWrites(groups.merge, partition)
      }
    }
  }
}

const run = startCount(
  {
    source: unguarded(kafkaSource({ brokers: [bootstrap], topic, app })),
    key: 'uid',
    windows: ['1m'],
    confidence: 0.997,
    exitAtEnd: true
  },
  { clock: systemClock, openStateCache: task => new SqliteCache({ task }) }
)
for await (const result of run) process.stdout.write(`${JSON.stringify(result)}\n`)
for (const producer of producers.values()) (await producer).close()
await cluster.close()
