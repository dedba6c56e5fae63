import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Warnings } from '../../src/ops/warnings.ts'

test('each kind is one line with its newest wording, in the order they came up', () => {
  const warnings = new Warnings()
  warnings.add('clock-ahead events-3', '51 % late')
  warnings.add('state-full 1m', 'the state is full')
  warnings.add('clock-ahead events-3', '60 % late')
  assert.deepEqual(warnings.list(), ['60 % late', 'the state is full'])
})

test('the list is bounded, and what is left out is counted', () => {
  const warnings = new Warnings()
  for (let i = 0; i < 150; i++) warnings.add(`kind ${i}`, 'text')
  warnings.add('kind 0', 'again')
  assert.equal(warnings.list().length, 100)
  assert.equal(warnings.list()[0], 'again')
  assert.equal(warnings.dropped, 50)
})
