import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { WindowPlan, windowStart } from '../../src/window/plan.ts'
import { DAY, HOUR, MINUTE, parseSize, parseSizes } from '../../src/window/size.ts'

test('sizes have one canonical name', () => {
  assert.deepEqual(parseSize('1m'), { name: '1m', length: MINUTE })
  assert.deepEqual(parseSize('60m'), { name: '1h', length: HOUR })
  assert.deepEqual(parseSize('90m'), { name: '90m', length: 90 * MINUTE })
  assert.deepEqual(parseSize('1d'), { name: '1d', length: DAY })
})

test('sizes that do not divide the day, are empty or misspelt are refused with the reason', () => {
  for (const size of ['7m', '0m', '2d', '24h', '1440m', '5', 'm', '1.5h', '-1m', '99999m', '']) {
    assert.throws(
      () => parseSize(size),
      error => isFailure(error, 'window-size') && error.message.length < 200,
      size
    )
  }
})

test('several sizes come out ascending, each once', () => {
  const names = parseSizes(['1d', '1m', '60m', '1h', '5m']).map(size => size.name)
  assert.deepEqual(names, ['1m', '5m', '1h', '1d'])
})

test('a day is made from hours and hours from minutes, even when nobody asked for those', () => {
  const plan = new WindowPlan(parseSizes(['1d', '5m']))
  const shape = plan.levels.map(({ name, child, asked }) => ({ name, child, asked }))
  assert.deepEqual(shape, [
    { name: '1m', child: -1, asked: false },
    { name: '5m', child: 0, asked: true },
    { name: '1h', child: 0, asked: false },
    { name: '1d', child: 2, asked: true }
  ])
  assert.equal(plan.mask, 0b11)
})

test('sizes that are no whole hours are made from minutes', () => {
  const plan = new WindowPlan(parseSizes(['90m']))
  assert.deepEqual(
    plan.levels.map(({ name, child }) => [name, child]),
    [
      ['1m', -1],
      ['90m', 0]
    ]
  )
})

test('windows before 1970 start at or before their times', () => {
  assert.equal(windowStart(-1, MINUTE), -MINUTE)
  assert.equal(windowStart(-MINUTE, MINUTE), -MINUTE)
  assert.equal(windowStart(59_999, MINUTE), 0)
})
