import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportError } from '../../src/cli/error-report.ts'
import { failure } from '../../src/core/errors.ts'

test('a failure is what happened, its code, and the cure', () => {
  const error = failure('topic-exists', { topic: 'events' })
  assert.deepEqual(reportError(error, false, []), {
    text: 'headcount: topic events exists already [topic-exists]\n  → choose another name, or delete it with: headcount topic delete events\n',
    exitStatus: 1
  })
})

test('anything else is a bug, said in one line without a trace', () => {
  const { text, exitStatus } = reportError(new TypeError('x is undefined'), false, [])
  assert.match(text, /^headcount: unexpected failure: TypeError: x is undefined \[bug]\n {2}→ /)
  assert.doesNotMatch(text, /\n {4}at /)
  assert.equal(exitStatus, 1)
  assert.match(reportError('thrown text', false, []).text, /unexpected failure: thrown text/)
  assert.match(reportError(undefined, false, []).text, /unexpected failure: undefined/)
})

test('with debug the trace and the cause follow', () => {
  const error = failure('topic-exists', { topic: 'events' }, new Error('what the broker said'))
  const { text } = reportError(error, true, [])
  assert.match(text, /\n {4}at /)
  assert.match(text, /what the broker said/)
})

test('secrets are masked whoever let them in, the longest first', () => {
  const error = new Error('login with pass and password failed')
  const { text } = reportError(error, true, ['pass', 'password'])
  assert.match(text, /login with \*\*\* and \*\*\* failed/)
  assert.doesNotMatch(text, /pass/)
})

test('a name from outside cannot steer the terminal or fake a line', () => {
  const error = failure('topic-exists', { topic: 'a\nheadcount: all is well\u001b[2J' })
  const { text } = reportError(error, false, [])
  assert.equal(text.trimEnd().split('\n').length, 2)
  assert.ok(!text.includes('\u001b'))
})
