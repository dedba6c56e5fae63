import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptTopic, retireTopic } from '../../src/app/input-decision.ts'
import {
  checkAsked,
  type FoundTopic,
  firstTopics,
  goneTopics,
  growRecord,
  type InputFindings,
  inputsOf
} from '../../src/app/input-growth.ts'
import { type AppRecord, createAppRecord } from '../../src/app/record.ts'
import { type ErrorCode, isFailure } from '../../src/core/errors.ts'

const topic = (name: string, partitions = 1, id = `id of ${name}`): FoundTopic => ({
  name,
  id,
  partitions
})

function findings(topics: readonly FoundTopic[], more: Partial<InputFindings> = {}): InputFindings {
  const found = new Map(topics.map(each => [each.name, each]))
  return { found, wanted: [...found.keys()], named: true, ...more }
}

function begin(...topics: readonly FoundTopic[]): AppRecord {
  const settings = { key: 'uid' }
  return createAppRecord({
    app: 'app',
    topics: firstTopics(findings(topics)),
    partialsPartitions: 1,
    settings
  })
}

const refused = (code: ErrorCode, work: () => unknown): void =>
  assert.throws(work, error => isFailure(error, code))

test('what is there at the first start is not new, what comes later is', () => {
  const record = begin(topic('a', 2))
  assert.equal(growRecord(record, findings([topic('a', 2)])), record)
  const grown = growRecord(record, findings([topic('a', 3), topic('b', 4)]))
  assert.deepEqual(
    grown.topics.map(({ name, partitions, begunWith }) => [name, partitions, begunWith]),
    [
      ['a', 3, 2],
      ['b', 4, 0]
    ]
  )
  assert.equal(grown.fingerprint, record.fingerprint)
  // A broker that knows less than others.
  assert.equal(growRecord(grown, findings([topic('a', 2)])), grown)
})

test('a topic that was made again is refused, until it is accepted', () => {
  const record = begin(topic('a', 2), topic('b'))
  const again = topic('a', 1, 'another')
  refused('app-input-other', () => growRecord(record, findings([again, topic('b')])))
  const { record: accepted, acceptance } = acceptTopic(record, again)
  assert.equal(acceptance, 'replaced')
  assert.equal(growRecord(accepted, findings([again, topic('b')])), accepted)
  assert.deepEqual(
    inputsOf(accepted, new Set()).map(({ id, begunWith, retired }) => [id, begunWith, retired]),
    [
      ['id of a', 2, true],
      ['id of b', 1, false],
      ['another', 0, false]
    ]
  )
  assert.equal(acceptTopic(accepted, again).acceptance, 'counted')
  refused('app-topic-none', () => acceptTopic(record, topic('c')))
})

test('a retired topic is counted no more, until it is accepted as it was', () => {
  const record = begin(topic('a'), topic('b'))
  const retired = retireTopic(record, 'b')
  const both = findings([topic('a'), topic('b', 5)])
  refused('app-topic-retired', () => growRecord(retired, both))
  assert.equal(growRecord(retired, { ...both, named: false }), retired)
  checkAsked(retired, { ...both, wanted: ['a'] })
  refused('app-topic-none', () => retireTopic(retired, 'b'))
  refused('app-topic-last', () => retireTopic(retired, 'a'))
  const { record: back, acceptance } = acceptTopic(retired, topic('b'))
  assert.equal(acceptance, 'resumed')
  assert.deepEqual(back, record)
})

test('a topic made under the name of a retired one is new', () => {
  const retired = retireTopic(begin(topic('a'), topic('b', 3)), 'b')
  const grown = growRecord(retired, findings([topic('a'), topic('b', 2, 'another')]))
  assert.deepEqual(
    grown.topics.map(({ id, begunWith, retired: isRetired }) => [id, begunWith, isRetired]),
    [
      ['id of a', 1, false],
      ['id of b', 3, true],
      ['another', 0, false]
    ]
  )
})

test('a start has to ask for everything that is counted and there', () => {
  const record = begin(topic('a'), topic('b'))
  const both = [topic('a'), topic('b')]
  checkAsked(record, findings(both))
  refused('app-topic-unasked', () => checkAsked(record, findings(both, { wanted: ['a'] })))
  const withoutB = findings([topic('a')])
  checkAsked(record, withoutB)
  assert.deepEqual([...goneTopics(record, withoutB)], ['b'])
  const [a, b] = inputsOf(record, goneTopics(record, withoutB))
  assert.deepEqual([a?.gone, b?.gone], [false, true])
})

test('more partitions than can be counted are refused', () => {
  refused('app-input-large', () => begin(topic('a', 65_537)))
  refused('app-input-large', () => growRecord(begin(topic('a')), findings([topic('a', 65_537)])))
})
