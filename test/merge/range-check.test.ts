import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RangeCheck } from '../../src/merge/range-check.ts'

const range = (from: number, to: number, partition = 0) => ({ source: 's', partition, from, to })

test('ranges fit where their source stands, each source for itself', () => {
  const check = new RangeCheck()
  assert.equal(check.fit(range(40, 50)), 'first')
  check.advance({ range: range(40, 50) })
  assert.equal(check.fit(range(50, 60)), 'next')
  assert.equal(check.fit(range(50, 50)), 'next')
  assert.equal(check.fit(range(40, 50)), 'covered')
  assert.equal(check.fit(range(41, 45)), 'covered')
  assert.equal(check.fit(range(45, 60)), 'overlap')
  assert.equal(check.fit(range(51, 60)), 'gap')
  assert.equal(check.fit(range(0, 5, 1)), 'first')
})

test('a position never moves back', () => {
  const check = new RangeCheck()
  check.advance({ range: range(0, 50) })
  check.advance({ range: range(10, 20) })
  assert.equal(check.fit(range(50, 60)), 'next')
  assert.equal(check.fit(range(20, 30)), 'covered')
})

test('a flush that was let in is looked at anew after one that was refused, and after its mark', () => {
  const check = new RangeCheck()
  check.advance({ range: range(0, 50) })
  assert.ok(check.admits(range(50, 60)))
  assert.ok(!check.admits(range(55, 65)))
  assert.equal(check.misfits.length, 1)
  assert.ok(check.admits(range(50, 60)))
  assert.equal(check.misfits.length, 0)
  check.advance({ range: range(50, 60) })
  assert.ok(!check.admits(range(50, 60)))
  assert.ok(check.admits(range(60, 70)))
  assert.ok(check.admits(range(60, 70, 1)))
  assert.ok(check.admits(range(60, 70)))
})
