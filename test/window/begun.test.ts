import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countSettings } from '../../src/runtime/count.ts'
import { stateSettings } from '../../src/runtime/settings.ts'
import { type Level, WindowPlan } from '../../src/window/plan.ts'

const DAY = 86_400_000
const level = (plan: WindowPlan, name: string): Level =>
  plan.levels.find(each => each.name === name)!

test('sizes that were added leave the bits and the lateness of the others as they were', () => {
  const keep = new Map([['1d', 90 * DAY]])
  const before = new WindowPlan({ sizes: ['5m', '6h'] })
  const sizes = ['1m', '5m', '15m', '6h', '1d', '1mo']
  const plan = new WindowPlan({ sizes, keep }).begunWith(['6h', '5m'])
  assert.deepEqual(
    plan.begun.map(({ name, bit }) => [name, bit]),
    before.asked.map(({ name, bit }) => [name, bit])
  )
  assert.deepEqual(plan.takenMs, before.takenMs)
  for (let late = 0; late < 400 * DAY; late += DAY / 3) {
    assert.equal(plan.maskFor(0, late), before.maskFor(0, late))
  }
  for (const { name, keepMs } of before.levels) assert.ok(level(plan, name).keepMs >= keepMs)
  assert.equal(plan.asked.length, sizes.length)
})

test('what was added takes what it is made of takes', () => {
  const plan = new WindowPlan({ sizes: ['1m', '5m', '1h', '1d', '1w'] }).begunWith(['1h', '1w'])
  const [hour, week] = [0b01, 0b10]
  const needed = (name: string) => level(plan, name).needed
  assert.deepEqual([needed('1h'), needed('1w')], [hour, week])
  // There from the beginning, for the larger one only: minutes for hours, days for weeks.
  assert.deepEqual([needed('1m'), needed('1d')], [hour, week])
  assert.equal(needed('5m'), hour)
  assert.deepEqual(
    plan.levels.filter(({ added }) => added).map(({ name }) => name),
    ['5m']
  )
})

test('the settings of an app are those that it began with', () => {
  const before = countSettings({ key: 'uid', windows: ['1m', '1h'] })
  const now = countSettings({ key: 'uid', windows: ['1m', '1h', '1w'], keep: { '1w': '900d' } })
  const plan = now.plan.begunWith(['1m', '1h'])
  assert.deepEqual(stateSettings({ ...now, plan }), stateSettings(before))
  assert.notDeepEqual(stateSettings(now), stateSettings(before))
})
