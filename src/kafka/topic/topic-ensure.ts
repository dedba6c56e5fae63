import { failure, isFailure } from '../../core/errors.ts'
import type { TopicInfo } from '../connection/cluster.ts'
import type { TopicAdmin } from './topic-admin.ts'

/** A topic as it has to be: other settings than the ones named don't matter. */
export interface RequiredTopic {
  readonly name: string
  readonly partitions: number
  /** Only for a topic that is created; default: what the broker is set to. */
  readonly replicas?: number
  readonly configs: Readonly<Record<string, string>>
}

export interface EnsuredTopic {
  readonly fate: 'created' | 'existing'
  readonly topic: TopicInfo
}

/**
 * Creates the topic, or checks that the existing one is as required. Throws `app-topic-settings`,
 * `app-topic-partitions`, `broker-denied`, `broker-refused`.
 */
export async function ensureTopic(
  admin: TopicAdmin,
  required: RequiredTopic
): Promise<EnsuredTopic> {
  const existing = await admin.find(required.name)
  if (existing !== undefined) return check(admin, required, existing)
  try {
    return { fate: 'created', topic: await admin.create(required) }
  } catch (error) {
    // Another instance was faster.
    if (!isFailure(error, 'topic-exists')) throw error
    return check(admin, required, await admin.settled(required.name))
  }
}

async function check(
  admin: TopicAdmin,
  required: RequiredTopic,
  topic: TopicInfo
): Promise<EnsuredTopic> {
  const found = topic.partitions.length
  if (found !== required.partitions) {
    const details = { topic: required.name, found, expected: required.partitions }
    throw failure('app-topic-partitions', details)
  }
  const settings = await admin.settings(required.name)
  for (const [setting, expected] of Object.entries(required.configs)) {
    const value = settings.find(each => each.name === setting)?.value ?? ''
    if (!isSameSetting(value, expected)) {
      const details = { topic: required.name, setting, found: value || '(none)', expected }
      throw failure('app-topic-settings', details)
    }
  }
  return { fate: 'existing', topic }
}

/** `compact,delete` is `delete, compact`, and `0.10` is `0.1`. */
function isSameSetting(found: string, expected: string): boolean {
  if (found === expected) return true
  if (found !== '' && expected !== '' && Number(found) === Number(expected)) return true
  return parts(found) === parts(expected)
}

function parts(list: string): string {
  return list
    .split(',')
    .map(part => part.trim())
    .sort()
    .join()
}
