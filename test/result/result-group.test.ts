import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isFailure } from '../../src/core/errors.ts'
import { groupOf, otherOf } from '../../src/result/result-group.ts'

test('group bytes become names and values; the total and other are what they are', () => {
  assert.equal(groupOf('null', ['country']), null)
  assert.equal(groupOf('null', []), null)
  assert.deepEqual(groupOf('{"other":12}', ['country']), { other: 12 })
  const group = groupOf('["C,[\\"H",7,true,null]', ['a', 'b', 'c', 'd'])
  assert.deepEqual(group, { a: 'C,["H', b: 7, c: true, d: null })
})

test('a number that JavaScript would write otherwise keeps its text', () => {
  const by = ['n']
  assert.deepEqual(groupOf('[9007199254740993]', by), { n: '9007199254740993' })
  assert.deepEqual(groupOf('[1.0]', by), { n: '1.0' })
  assert.deepEqual(groupOf('[-0]', by), { n: '-0' })
  assert.deepEqual(groupOf('[1e400]', by), { n: '1e400' })
  assert.deepEqual(groupOf('[1e3]', by), { n: '1e3' })
  assert.deepEqual(groupOf('[-12.5]', by), { n: -12.5 })
})

test('a field may have any name', () => {
  assert.deepEqual(Object.entries(groupOf('["x"]', ['__proto__'])!), [['__proto__', 'x']])
})

test('whatever the values are, they come back', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null)
  )
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), values => {
      const by = values.map((_, i) => `f${i}`)
      assert.deepEqual(Object.values(groupOf(JSON.stringify(values), by)!), values)
    })
  )
})

test('bytes that do not fit the fields are damage, not a wrong group', () => {
  const cases: [string, string[]][] = [
    ['["CH"]', []],
    ['["CH"]', ['a', 'b']],
    ['["CH","x"]', ['a']],
    ['', ['a']],
    ['CH', ['a']],
    ['["C" "H"]', ['a', 'b']],
    ['["CH"]]', ['a']],
    ['[]', []],
    ['[CH]', ['a']],
    ['["C\u0001H"]', ['a']]
  ]
  for (const [bytes, by] of cases) {
    assert.throws(
      () => groupOf(bytes, by),
      error => isFailure(error, 'format-damaged'),
      bytes
    )
  }
})

test('other is told apart from a field of that name', () => {
  assert.equal(otherOf({ other: 3 }, ['country']), 3)
  assert.equal(otherOf({ other: 3 }, ['other']), undefined)
  assert.equal(otherOf({ country: 'CH' }, ['country']), undefined)
  assert.equal(otherOf(null, ['country']), undefined)
})
