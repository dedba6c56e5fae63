import { compilePattern, type InputChoice } from '../app/input-choice.ts'
import { inputsOf } from '../app/input-growth.ts'
import { InputWatch } from '../app/input-watch.ts'
import { appNameOf, combineGroup, mergeGroup, topicOf } from '../app/names.ts'
import { failure } from '../core/errors.ts'
import { Inputs } from '../core/inputs.ts'
import { readLoginToken } from '../host/login-token.ts'
import { systemClock } from '../host/system-clock.ts'
import { isRetriable } from '../kafka/connection/client-errors.ts'
import { Cluster } from '../kafka/connection/cluster.ts'
import type { KafkaOptions } from '../kafka/connection/options.ts'
import { KafkaAppLog } from '../kafka/fetch/app-log.ts'
import { listOffsets } from '../kafka/fetch/list-offsets.ts'
import { TopicSource } from '../kafka/fetch/topic-source.ts'
import { createMembership, groupSession, takeOverWarning } from '../kafka/group/group-protocol.ts'
import { metadataPeek } from '../kafka/group/offsets.ts'
import {
  TransactionProducer,
  transactionOutage
} from '../kafka/transaction/transaction-producer.ts'
import type { LogName, Membership } from '../port/log.ts'
import type { AppPorts, AppSource } from '../runtime/app-ports.ts'
import { type CountSettings, keyFields } from '../runtime/settings.ts'
import { InputFinder } from './input-finder.ts'
import { planInForce, settleApp } from './settle.ts'
import { StoredAppRecord } from './stored-record.ts'

export interface KafkaSourceOptions extends KafkaOptions {
  /** The topic to count, or several: then `app` is needed. */
  readonly topic?: string | readonly string[]
  /** Instead of names: a regular expression that matches whole names, also of topics made later. */
  readonly topicPattern?: string
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
  /** Milliseconds between two looks for new topics and partitions; 30,000 unless said. */
  readonly refreshMs?: number
  /** Is told when brokers are away or back. */
  readonly onTrouble?: (line: string) => void
}

/** The module of a thread, as source or as built: there this file is a piece of another one, in a folder beside. */
const THREAD_MODULE = new URL(
  import.meta.url.endsWith('.ts') ? './thread.ts' : '../kafka-app/thread.js',
  import.meta.url
)
type Place = 'earliest' | 'latest' | number

/**
 * The same for a thread of a count, which says for itself only what the main thread does not say: that follows
 * the input, too.
 */
export function threadSource(options: KafkaSourceOptions): AppSource {
  return { attach: settings => attach(options, settings, () => {}) }
}

/** A Kafka topic to count: state, results and positions live in the app's own topics. */
export function kafkaSource(options: KafkaSourceOptions): AppSource {
  // Functions do not go to threads.
  const { onTrouble = () => {}, readToken: _, ...plain } = options
  return {
    attach: settings => attach(options, settings),
    forThreads: { entry: THREAD_MODULE, options: plain, onTrouble }
  }
}

async function attach(
  options: KafkaSourceOptions,
  settings: CountSettings,
  tell: (line: string) => void = options.onTrouble ?? (() => {})
): Promise<AppPorts> {
  const choice = inputChoice(options)
  const app = appNameOf(options.app, choice.names ?? [], keyFields(settings.fields))
  const trouble = options.onTrouble ? { onTrouble: options.onTrouble } : {}
  const cluster = await Cluster.connect({ readToken: readLoginToken, ...options })
  try {
    const control = new StoredAppRecord(cluster, app, options.onTrouble)
    const finder = new InputFinder(cluster, choice)
    const { record, gone } = await settleApp({ cluster, app, control, finder, settings, tell })
    const inputs = new Inputs(inputsOf(record, gone))
    const source = new TopicSource(cluster, inputs, trouble)
    const log = await KafkaAppLog.open(cluster, { topics: topicsOf(app), ...trouble })
    const member = (group: string, topic: string | Inputs): Membership =>
      createMembership(cluster, { group, topic, ...groupOptions(options), ...trouble })
    const combine = member(combineGroup(app), inputs)
    const merge = member(mergeGroup(app), topicOf(app, 'partials'))
    const watch = new InputWatch({
      inputs,
      record,
      clock: systemClock,
      newer: () => control.newer(),
      find: known => finder.find(known),
      settle: next => control.settle(stored => next(stored ?? record)),
      mayPass: isRetriable,
      ...(options.refreshMs === undefined ? {} : { everyMs: options.refreshMs }),
      tell
    })
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
    const offsetAt = async (slot: number, at: Place): Promise<number> => {
      const { input, partition } = inputs.place(slot)
      return (await listOffsets(cluster, input.name, [partition], at)).get(partition) ?? 0
    }
    return {
      plan: planInForce(settings, record),
      source,
      log,
      combine,
      merge,
      sessionMs: await groupSession(cluster, {
        group: combineGroup(app),
        ...groupOptions(options)
      }),
      from: typeof from === 'number' ? `records of ${new Date(from).toISOString()}` : from,
      followInputs: stop => watch.follow(stop),
      startOf: (slot, isNew) => offsetAt(slot, isNew ? 'earliest' : from),
      latestOf: slot => offsetAt(slot, 'latest'),
      ...(until === undefined ? {} : { endOf: (slot: number) => offsetAt(slot, until) }),
      ...transactionsOf({ cluster, app, inputs, combine, merge, ...trouble }),
      hints: metadataPeek(
        cluster,
        mergeGroup(app),
        topicOf(app, 'partials'),
        log.partitions('partials')
      ),
      close
    }
  } catch (error) {
    await cluster.close()
    throw error
  }
}

interface TransactionParts {
  readonly cluster: Cluster
  readonly app: string
  readonly inputs: Inputs
  readonly combine: Membership
  readonly merge: Membership
  readonly onTrouble?: (line: string) => void
}

/** One transactional id for each task: whoever takes it over fences who had it. */
function transactionsOf(
  parts: TransactionParts
): Pick<AppPorts, 'combineTransactions' | 'mergeTransactions'> {
  const { cluster, app, inputs, combine, merge, onTrouble = () => {} } = parts
  const outage = transactionOutage(onTrouble)
  const common = { topics: topicsOf(app), clock: systemClock, outage }
  return {
    combineTransactions: slot => {
      const { input, partition } = inputs.place(slot)
      const place = { group: combineGroup(app), topic: input.name, partition }
      return new TransactionProducer(cluster, {
        transactionalId: `${app}-combine-${input.name}-${partition}`,
        ...common,
        input: { ...place, seat: () => combine.seat(slot), isGone: () => isGone(inputs, slot) }
      })
    },
    mergeTransactions: partition => {
      const place = { group: mergeGroup(app), topic: topicOf(app, 'partials'), partition }
      return new TransactionProducer(cluster, {
        transactionalId: `${app}-merge-${partition}`,
        ...common,
        input: { ...place, seat: at => merge.seat(at) }
      })
    }
  }
}

/** Whether the topic is known to be gone; if not, that is looked into. */
function isGone(inputs: Inputs, slot: number): boolean {
  inputs.doubt()
  return !inputs.isReadable(slot)
}

/** Throws `option-missing`, `option-conflict`, `option-value`. */
function inputChoice({ topic, topicPattern }: KafkaSourceOptions): InputChoice {
  if (topicPattern !== undefined) {
    if (topic !== undefined) {
      throw failure('option-conflict', { option: '--topic-pattern', other: '--topic' })
    }
    compilePattern(topicPattern)
    return { pattern: topicPattern }
  }
  const names = typeof topic === 'string' ? [topic] : [...new Set(topic)]
  if (names.length > 0) return { names }
  throw failure('option-missing', { option: '--topic', purpose: 'a count', example: 'events' })
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
