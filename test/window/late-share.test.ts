import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LateShare } from '../../src/window/late-share.ts'

function observe(share: LateShare, count: number, late: boolean): void {
  for (let i = 0; i < count; i++) share.observe(late)
}

test('more than half of the last 4,096 frames late is suspicious, half is not', () => {
  const share = new LateShare()
  observe(share, 2_048, false)
  observe(share, 2_048, true)
  assert.equal(share.share, 0.5)
  assert.equal(share.suspicious, false)
  share.observe(true)
  assert.equal(share.share, 2_049 / 4_096)
  assert.equal(share.suspicious, true)
})

test('only the last 4,096 frames count, however many there were', () => {
  const share = new LateShare()
  observe(share, 20_000, true)
  assert.equal(share.share, 1)
  observe(share, 2_048, false)
  assert.equal(share.suspicious, false)
  observe(share, 2_048, false)
  assert.equal(share.share, 0)
})

test('frames in time that are taken together are as many taken one by one', () => {
  const [together, single] = [new LateShare(), new LateShare()]
  for (const [inTime, late] of [
    [4_095, 0],
    [1, 0],
    [9_000, 3_000],
    [1_500, 1_000],
    [5_000, 1],
    [70_000, 0]
  ] as const) {
    together.observeInTime(inTime)
    observe(single, inTime, false)
    observe(together, late, true)
    observe(single, late, true)
    assert.equal(together.share, single.share)
    assert.equal(together.suspicious, single.suspicious)
  }
})

test('a young partition is never suspicious', () => {
  const share = new LateShare()
  assert.equal(share.share, 0)
  observe(share, 4_095, true)
  assert.equal(share.share, 1)
  assert.equal(share.suspicious, false)
})
