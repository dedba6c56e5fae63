import { assert } from '../core/assert.ts'
import { failure } from '../core/errors.ts'
import type { Input } from '../core/inputs.ts'
import { limits } from '../core/limits.ts'
import { type AppRecord, createAppRecord, type RecordedTopic } from './record.ts'

/** A topic as the cluster has it now. */
export type FoundTopic = Pick<RecordedTopic, 'name' | 'id' | 'partitions'>

/** What is to be counted, and what is there now. */
export interface InputFindings {
  /** By name. */
  readonly found: ReadonlyMap<string, FoundTopic>
  /** Names of the topics that were asked for. */
  readonly wanted: readonly string[]
  /** True when each of them was named: then one that can't be counted is refused. */
  readonly named: boolean
}

/** The input of an app's very first start: all of it is there from its beginning. */
export function firstTopics({ found, wanted }: InputFindings): readonly RecordedTopic[] {
  return wanted.map(name => {
    const topic = found.get(name)
    assert(topic, 'what was named is there')
    return { ...checked(topic), begunWith: topic.partitions, retired: false }
  })
}

/**
 * The record with what has come since: topics that are asked for and not in it, and partitions. The record
 * itself when there is nothing new. Throws `app-input-other` for a topic that was made again.
 */
export function growRecord(record: AppRecord, findings: InputFindings): AppRecord {
  const { found, wanted, named } = findings
  let isGrown = false
  const topics: RecordedTopic[] = record.topics.map(topic => {
    const now = found.get(topic.name)
    if (!now || topic.retired) return topic
    if (now.id !== topic.id) {
      throw failure('app-input-other', { topic: topic.name, app: record.app })
    }
    if (now.partitions <= topic.partitions) return topic
    isGrown = true
    return { ...topic, partitions: checked(now).partitions }
  })
  const known = new Set(topics.filter(({ retired }) => !retired).map(({ name }) => name))
  for (const name of wanted) {
    const now = found.get(name)
    if (known.has(name) || !now) continue
    if (topics.some(({ id }) => id === now.id)) {
      if (named) throw failure('app-topic-retired', { topic: name, app: record.app })
      continue
    }
    isGrown = true
    topics.push({ ...checked(now), begunWith: 0, retired: false })
  }
  if (topics.length > limits.inputTopicsMax) {
    throw failure('app-input-large', { what: 'input topics', max: limits.inputTopicsMax })
  }
  return isGrown ? createAppRecord({ ...record, topics }, record.formats) : record
}

/** A start has to ask for all that the app counts; only what is gone nobody can ask for. */
export function checkAsked(record: AppRecord, { found, wanted }: InputFindings): void {
  for (const { name, retired } of record.topics) {
    if (retired || wanted.includes(name) || !found.has(name)) continue
    throw failure('app-topic-unasked', { topic: name, app: record.app })
  }
}

/** The input as the ports see it. `gone` are names of topics that are deleted. */
export function inputsOf(record: AppRecord, gone: ReadonlySet<string>): readonly Input[] {
  return record.topics.map(topic => ({ ...topic, gone: !topic.retired && gone.has(topic.name) }))
}

/** Topics that are counted, and not there. */
export function goneTopics(record: AppRecord, { found }: InputFindings): ReadonlySet<string> {
  const missing = record.topics.filter(({ name, retired }) => !retired && !found.has(name))
  return new Set(missing.map(({ name }) => name))
}

function checked({ name, id, partitions }: FoundTopic): FoundTopic {
  if (partitions > limits.inputPartitionsMax) {
    const what = `partitions of an input topic (${name})`
    throw failure('app-input-large', { what, max: limits.inputPartitionsMax })
  }
  return { name, id, partitions }
}
