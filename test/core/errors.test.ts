import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorTable } from '../../src/core/error-table.ts'
import { failure, HeadcountError, isFailure } from '../../src/core/errors.ts'

const rows = Object.entries(errorTable)

test('an error carries its code, its line, its cure and its exit status', () => {
  const cause = new Error('ENOENT')
  const error = failure('input-missing', { path: 'a.jsonl' }, cause)
  assert.ok(error instanceof HeadcountError)
  assert.equal(error.name, 'HeadcountError')
  assert.equal(error.code, 'input-missing')
  assert.equal(error.message, 'cannot read a.jsonl: no such file')
  assert.equal(error.cure, 'check the path; "-" reads standard input')
  assert.equal(error.exitStatus, 1)
  assert.equal(error.cause, cause)
})

test('without a cause there is no cause property', () => {
  assert.equal('cause' in failure('input-missing', { path: 'x' }), false)
})

test('what is filled in is never filled again', () => {
  const error = failure('option-value', {
    option: '--key',
    value: '{example} $& $1',
    expected: '{option}',
    example: 'uid'
  })
  assert.equal(error.message, '--key: {example} $& $1 is not {option}')
})

test('the compiler refuses a placeholder that is missing or misspelt', () => {
  // @ts-expect-error 'path' is missing
  assert.ok(failure('input-missing', {}))
  // @ts-expect-error 'file' is no placeholder of this row
  assert.ok(failure('input-missing', { path: 'x', file: 'y' }))
  // @ts-expect-error no row has this code
  assert.throws(() => failure('input-mising', { path: 'x' }))
})

test('isFailure tells our errors from others, by code when asked', () => {
  const error = failure('input-missing', { path: 'x' })
  assert.ok(isFailure(error))
  assert.ok(isFailure(error, 'input-denied', 'input-missing'))
  assert.ok(!isFailure(error, 'input-denied'))
  assert.ok(!isFailure(new Error('x')))
  assert.ok(!isFailure(undefined))
})

test('every row reads as one line of cause and one of cure', () => {
  for (const [code, { message, cure }] of rows) {
    assert.match(code, /^[a-z]+(?:-[a-z]+)*$/)
    for (const text of [message, cure]) {
      assert.ok(text.trim() === text && text.length > 0, code)
      assert.doesNotMatch(text, /\n|\.$/, code)
      // A brace that is not a placeholder is a misspelt one.
      assert.doesNotMatch(text.replace(/\{[a-z][A-Za-z]*\}/g, ''), /[{}]/, code)
    }
  }
})

test('no two rows say the same', () => {
  const messages = rows.map(([, { message }]) => message)
  assert.equal(new Set(messages).size, messages.length)
})
