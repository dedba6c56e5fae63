import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { withoutExperimentalWarning } from '../../src/cli/experimental-warning.ts'

test('only the experimental warning of what is loaded is held back, and only meanwhile', () => {
  const emitted = mock.method(process, 'emitWarning', () => {})
  try {
    withoutExperimentalWarning(() => {
      process.emitWarning('a feature is experimental', 'ExperimentalWarning')
      process.emitWarning('a feature goes', 'DeprecationWarning', 'DEP0001')
    })
    process.emitWarning('another is experimental', 'ExperimentalWarning')
    assert.deepEqual(
      emitted.mock.calls.map(call => call.arguments),
      [
        ['a feature goes', 'DeprecationWarning', 'DEP0001'],
        ['another is experimental', 'ExperimentalWarning']
      ]
    )
  } finally {
    emitted.mock.restore()
  }
})

test('warnings are given again after a load that failed', () => {
  const emitted = mock.method(process, 'emitWarning', () => {})
  try {
    const load = () => {
      throw new Error('no such module')
    }
    assert.throws(() => withoutExperimentalWarning(load), /no such module/)
    process.emitWarning('another is experimental', 'ExperimentalWarning')
    assert.equal(emitted.mock.callCount(), 1)
  } finally {
    emitted.mock.restore()
  }
})
