import { failure } from '../core/errors.ts'
import type { FoundTopic } from './input-growth.ts'
import { type AppRecord, createAppRecord, type RecordedTopic } from './record.ts'

/**
 * The record of an app that counts a topic no more. What was counted of it stays. Throws
 * `app-topic-none`, and `app-topic-last` when it counts nothing else.
 */
export function retireTopic(record: AppRecord, name: string): AppRecord {
  const active = record.topics.filter(({ retired }) => !retired)
  if (!active.some(topic => topic.name === name)) throw notCounted(record, name)
  if (active.length === 1) throw failure('app-topic-last', { topic: name, app: record.app })
  return withTopics(
    record,
    record.topics.map(topic => (topic.name === name ? { ...topic, retired: true } : topic))
  )
}

/**
 * What accepting a topic as it is now would do:
 *
 * - `counted`: nothing, it is the one that is counted.
 * - `resumed`: it was retired, and goes on where it stood.
 * - `replaced`: it was made again; the old one is retired, the new one begins.
 */
export type Acceptance = 'counted' | 'resumed' | 'replaced'

/** The record of an app that counts this topic from now on. Throws `app-topic-none`. */
export function acceptTopic(
  record: AppRecord,
  found: FoundTopic
): { record: AppRecord; acceptance: Acceptance } {
  const { topics } = record
  const { name, id, partitions } = found
  if (!topics.some(topic => topic.name === name)) throw notCounted(record, name)
  const known = topics.find(topic => topic.id === id)
  if (known && !known.retired) return { record, acceptance: 'counted' }
  const others = topics.map(topic => {
    if (topic.id === id) return { ...topic, retired: false }
    return topic.name === name ? { ...topic, retired: true } : topic
  })
  if (known) return { record: withTopics(record, others), acceptance: 'resumed' }
  const begun: RecordedTopic = { name, id, partitions, begunWith: 0, retired: false }
  return { record: withTopics(record, [...others, begun]), acceptance: 'replaced' }
}

function withTopics(record: AppRecord, topics: readonly RecordedTopic[]): AppRecord {
  return createAppRecord({ ...record, topics }, record.formats)
}

function notCounted({ app, topics }: AppRecord, name: string): Error {
  const active = topics.filter(({ retired }) => !retired).map(topic => topic.name)
  return failure('app-topic-none', { topic: name, app, topics: active.join(', ') })
}
