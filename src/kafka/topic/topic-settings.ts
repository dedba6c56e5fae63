import { isFailure } from '../../core/errors.ts'
import { denialNamed, isBrokerError, isRetriable } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'
import type { Cluster } from '../connection/cluster.ts'
import { withRetry } from '../connection/retry.ts'
import { call } from '../connection/wire.ts'

/** One setting of a topic with the value in force. */
export interface TopicSetting {
  readonly name: string
  readonly value: string
  /** True when it was set for this topic, not inherited from the broker. */
  readonly own: boolean
}

const TOPIC_RESOURCE = K.ConfigResourceTypes.TOPIC
const SET_FOR_TOPIC = 1
const PATIENCE_MS = 3_000
/** Kafka's default of `max.message.bytes`: 1 MiB and the overhead of a batch. */
const BATCH_BYTES_DEFAULT = 1_048_588

/** The settings of a topic; sensitive ones have an empty value. Throws `broker-…`. */
export async function readTopicSettings(cluster: Cluster, topic: string): Promise<TopicSetting[]> {
  const resource = { resourceType: TOPIC_RESOURCE, resourceName: topic, configurationKeys: null }
  const ask = async () =>
    call(await cluster.controller(), K.describeConfigsV4.api, [resource], false, false)
  // A topic that was just made is not known to every broker yet; and the one that is asked may go away.
  const answer = await withRetry(
    ask,
    error => !isBrokerError(error, 'UNKNOWN_TOPIC_OR_PARTITION') && !isRetriable(error),
    { limitMs: PATIENCE_MS }
  ).catch((error: unknown) => {
    const what = `the settings of topic ${topic}`
    const right = 'DescribeConfigs on the topic'
    throw denialNamed(error, 'TOPIC_AUTHORIZATION_FAILED', what, right)
  })
  const configs = answer.results.flatMap(result => result.configs)
  return configs.map(({ name, value, configSource }) => ({
    name,
    value: value ?? '',
    own: configSource === SET_FOR_TOPIC
  }))
}

/** The largest batch the topic takes; Kafka's default when this user may not read it. */
export async function batchLimit(cluster: Cluster, topic: string): Promise<number> {
  try {
    const settings = await readTopicSettings(cluster, topic)
    const found = Number(settings.find(each => each.name === 'max.message.bytes')?.value)
    return found > 0 ? found : BATCH_BYTES_DEFAULT
  } catch (error) {
    if (isFailure(error, 'broker-denied')) return BATCH_BYTES_DEFAULT
    throw error
  }
}
