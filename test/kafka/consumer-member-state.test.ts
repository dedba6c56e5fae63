import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConsumerMemberState } from '../../src/kafka/group/consumer-member-state.ts'

const quiet = { epoch: 1, assigned: undefined }

test('another subscription is said until the broker has answered it', () => {
  const state = new ConsumerMemberState()
  state.report().answered(quiet)
  assert.deepEqual([state.report().report.whole, state.hasNews], [false, false])
  state.report().answered(quiet)
  state.resubscribe()
  assert.equal(state.hasNews, true)
  const first = state.report()
  assert.equal(first.report.whole, true)
  // Changed again while the answer was on its way.
  state.resubscribe()
  first.answered(quiet)
  assert.equal(state.hasNews, true)
  state.report().answered(quiet)
  assert.equal(state.hasNews, false)
})
