import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePattern, matchTopics } from '../../src/app/input-choice.ts'
import { isFailure } from '../../src/core/errors.ts'

test('a pattern matches whole names, in order', () => {
  const names = ['events-2', 'events-1', 'my-events-1', 'events-12']
  assert.deepEqual(matchTopics(compilePattern('events-.'), names), ['events-1', 'events-2'])
  assert.deepEqual(matchTopics(compilePattern('a|events-2'), names), ['events-2'])
})

test('it never matches the topics of brokers and apps', () => {
  const own = ['partials', 'windows', 'counts', 'rejects', 'control'].map(
    log => `events.uid-${log}`
  )
  const names = ['__consumer_offsets', 'events', 'events-counts', ...own]
  assert.deepEqual(matchTopics(compilePattern('.*'), names), ['events', 'events-counts'])
})

test('what is no pattern is refused', () => {
  assert.throws(
    () => compilePattern('events-('),
    error => isFailure(error, 'option-value')
  )
})
