import { checkAppName, combineGroup, defaultAppName, mergeGroup, topicOf } from './app/names.ts'
import {
  type AppRecord,
  appRecordKey,
  checkSameApp,
  createAppRecord,
  decodeAppRecord
} from './app/record.ts'
import { settleRecord } from './app/settle.ts'
import { type AppTopic, appTopics } from './app/topics.ts'
import { text } from './core/bytes.ts'
import { systemClock } from './host/system-clock.ts'
import { KafkaAppLog } from './kafka/app-log.ts'
import { Cluster } from './kafka/cluster.ts'
import { createMembership, groupSession, takeOverWarning } from './kafka/group-protocol.ts'
import { listOffsets } from './kafka/list-offsets.ts'
import type { KafkaOptions } from './kafka/options.ts'
import { RecordReader } from './kafka/record-reader.ts'
import { TopicAdmin } from './kafka/topic-admin.ts'
import { ensureTopic } from './kafka/topic-ensure.ts'
import { TopicSource } from './kafka/topic-source.ts'
import { type TransactionOptions, TransactionProducer } from './kafka/transaction-producer.ts'
import type { LogName, Membership } from './port/log.ts'
import type { AppPorts, AppSource } from './runtime/app-run.ts'
import {
  type CountSettings,
  keyFields,
  partialsPartitions,
  stateSettings
} from './runtime/settings.ts'

export interface KafkaSourceOptions extends KafkaOptions {
  readonly topic: string
  /** Name of the count and prefix of its topics; `<topic>.<key>` unless said. */
  readonly app?: string
  /** Where a first start begins (a number is a record time in ms); later starts go on where the last one stopped. */
  readonly from?: 'earliest' | 'latest' | number
  /** Where to stop: the end that the topic has at the start, or a record time in ms. */
  readonly until?: 'latest' | number
  /** How instances divide the partitions: `consumer` is KIP-848; the broker decides unless said. */
  readonly groupProtocol?: 'consumer' | 'classic'
  /** Silence after which the broker takes an instance for dead, in ms; its own setting with `consumer`. */
  readonly sessionMs?: number
  /** Is told when brokers are away or back. */
  readonly onTrouble?: (line: string) => void
}

const READ_MS = 200
type Place = 'earliest' | 'latest' | number

async function offsetOf(
  cluster: Cluster,
  topic: string,
  partition: number,
  at: Place
): Promise<number> {
  return (await listOffsets(cluster, topic, [partition], at)).get(partition) ?? 0
}

/** A Kafka topic to count: state, results and positions live in the app's own topics. */
export function kafkaSource(options: KafkaSourceOptions): AppSource {
  return { attach: settings => attach(options, settings) }
}

async function attach(options: KafkaSourceOptions, settings: CountSettings): Promise<AppPorts> {
  const app = checkAppName(options.app ?? defaultAppName(options.topic, keyFields(settings.fields)))
  const trouble = options.onTrouble ? { onTrouble: options.onTrouble } : {}
  const cluster = await Cluster.connect(options)
  try {
    const source = await TopicSource.create(cluster, options.topic, trouble)
    const wanted = createAppRecord({
      app,
      topics: [{ name: source.name, id: source.id, partitions: source.partitions }],
      partialsPartitions: partialsPartitions(settings),
      settings: stateSettings(settings)
    })
    await ensureTopics(cluster, wanted)
    const log = await KafkaAppLog.open(cluster, {
      topics: topicsOf(app),
      clock: systemClock,
      random: Math.random,
      ...trouble
    })
    const transactions = { topics: topicsOf(app), clock: systemClock, ...trouble }
    await settle(cluster, wanted, transactions)
    const member = (group: string, topic: string): Membership =>
      createMembership(cluster, { group, topic, ...groupOptions(options), ...trouble })
    const combine = member(combineGroup(app), options.topic)
    const merge = member(mergeGroup(app), topicOf(app, 'partials'))
    const slow = await takeOverWarning(cluster, {
      group: combineGroup(app),
      ...groupOptions(options)
    })
    if (slow) options.onTrouble?.(slow)
    const close = async (): Promise<void> => {
      await Promise.allSettled([combine.leave(), merge.leave(), source.close(), log.close()])
      await cluster.close()
    }
    const { from = 'earliest', until } = options
    const offsetAt = (partition: number, at: Place): Promise<number> =>
      offsetOf(cluster, options.topic, partition, at)
    return {
      source,
      log,
      combine,
      merge,
      sessionMs: await groupSession(cluster, {
        group: combineGroup(app),
        ...groupOptions(options)
      }),
      from: typeof from === 'number' ? `records of ${new Date(from).toISOString()}` : from,
      startOf: partition => offsetAt(partition, from),
      latestOf: partition => offsetAt(partition, 'latest'),
      ...(until === undefined ? {} : { endOf: (partition: number) => offsetAt(partition, until) }),
      combineTransactions: partition =>
        new TransactionProducer(cluster, {
          transactionalId: `${app}-combine-${options.topic}-${partition}`,
          ...transactions,
          input: {
            group: combineGroup(app),
            topic: options.topic,
            partition,
            seat: at => combine.seat(at)
          }
        }),
      mergeTransactions: partition =>
        new TransactionProducer(cluster, {
          transactionalId: `${app}-merge-${partition}`,
          ...transactions,
          input: {
            group: mergeGroup(app),
            topic: topicOf(app, 'partials'),
            partition,
            seat: at => merge.seat(at)
          }
        }),
      close
    }
  } catch (error) {
    await cluster.close()
    throw error
  }
}

/** The app record, in a transaction of `<app>-setup`. */
async function settle(
  cluster: Cluster,
  wanted: AppRecord,
  transactions: Omit<TransactionOptions, 'transactionalId'>
): Promise<void> {
  const { app } = wanted
  const transactionalId = `${app}-setup`
  const setup = new TransactionProducer(cluster, { transactionalId, ...transactions })
  try {
    await settleRecord(() => storedRecord(cluster, app), setup, wanted, systemClock)
  } finally {
    await setup.close()
  }
}

/** Heartbeats are frequent, so that an instance that leaves is noticed at once. */
const HEARTBEAT_MS = 1_000

function groupOptions({ groupProtocol, sessionMs }: KafkaSourceOptions): {
  heartbeatMs: number
  groupProtocol?: 'consumer' | 'classic'
  sessionMs?: number
} {
  return {
    heartbeatMs: HEARTBEAT_MS,
    ...(groupProtocol ? { groupProtocol } : {}),
    ...(sessionMs ? { sessionMs } : {})
  }
}

function topicsOf(app: string): Record<LogName, string> {
  return {
    partials: topicOf(app, 'partials'),
    windows: topicOf(app, 'windows'),
    counts: topicOf(app, 'counts'),
    rejects: topicOf(app, 'rejects'),
    control: topicOf(app, 'control')
  }
}

/** An app that is there already is compared first: with other settings its topics would not fit either. */
async function ensureTopics(cluster: Cluster, wanted: AppRecord): Promise<void> {
  const { app, partialsPartitions: partitions } = wanted
  const admin = new TopicAdmin(cluster)
  const topics = appTopics(partitions)
  const ensure = ({ log, ...topic }: AppTopic): Promise<unknown> =>
    ensureTopic(admin, { name: topicOf(app, log), ...topic })
  await Promise.all(topics.filter(({ log }) => log === 'control').map(ensure))
  const known = await storedRecord(cluster, app)
  if (known) checkSameApp(known, wanted)
  await Promise.all(topics.filter(({ log }) => log !== 'control').map(ensure))
}

async function storedRecord(cluster: Cluster, app: string): Promise<AppRecord | undefined> {
  const topic = topicOf(app, 'control')
  const start = (await listOffsets(cluster, topic, [0], 'earliest')).get(0) ?? 0
  const reader = await RecordReader.open(cluster, topic, new Map([[0, start]]))
  try {
    while (!reader.atEnd) {
      for (const { key, value } of await reader.poll(READ_MS)) {
        if (key && value && text(key) === text(appRecordKey)) return decodeAppRecord(value)
      }
    }
    return undefined
  } finally {
    await reader.close()
  }
}
