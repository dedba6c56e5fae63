import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  explainHolder,
  type PartitionStanding,
  situationsOf,
  watermarkHolder
} from '../../src/app/watermark-holder.ts'

const NOW = 1_000_000
const LEASE = 90_000
const LIMITS = { leaseMs: LEASE, maxHoldMs: 600_000 }

function standing(partition: number, more: Partial<PartitionStanding> = {}): PartitionStanding {
  const seen = { state: 'behind', writtenAt: NOW - 1_000, clock: 5_000, owner: 'a' } as const
  return { topic: 'events', partition, ...seen, ...more }
}

const holder = (...standings: PartitionStanding[]) => watermarkHolder(standings, NOW, LIMITS)

test('the partition with the least clock holds it', () => {
  const found = holder(standing(0), standing(1, { clock: 4_000 }), standing(2))
  assert.deepEqual(
    [found?.partition, found?.reason, found?.clock, found?.others],
    [1, 'behind', 4_000, 0]
  )
  assert.match(
    explainHolder(found),
    /held by events partition 1: its time is 1970-01-01T00:00:04.000Z/
  )
})

test('one without a mark comes before any clock', () => {
  const found = holder(standing(0, { clock: 1 }), standing(1, { state: undefined, writtenAt: 0 }))
  assert.deepEqual(
    [found?.partition, found?.reason, found?.clock],
    [1, 'no-mark', Number.NEGATIVE_INFINITY]
  )
})

test('one whose frames had no time that is believed holds it too', () => {
  const found = holder(standing(0), standing(1, { clock: Number.NEGATIVE_INFINITY }))
  assert.equal(found?.reason, 'no-clock')
  assert.match(explainHolder(found), /partition 1: no frame of it/)
})

test('idle ones are left out, for as long as their lease lasts', () => {
  const idle = { state: 'idle', clock: 1 } as const
  assert.equal(holder(standing(0), standing(1, idle))?.partition, 0)
  const expired = { ...idle, writtenAt: NOW - LEASE - 1 }
  const found = holder(standing(0), standing(1, expired))
  assert.deepEqual([found?.partition, found?.reason], [1, 'silent'])
})

test('when all are idle nobody holds it', () => {
  const found = holder(standing(0, { state: 'idle' }), standing(1, { state: 'idle' }))
  assert.equal(found, undefined)
  assert.match(explainHolder(found), /every partition is idle/)
})

test('of equals the one that nobody reads is named, and the others are counted', () => {
  const found = holder(standing(0), standing(1, { owner: undefined }), standing(2))
  assert.deepEqual([found?.partition, found?.reason, found?.others], [1, 'unowned', 2])
  assert.match(explainHolder(found), /partition 1 \(and 2 more\): .* nobody reads it/)
})

test('a partition at its end says so; a clock that is no date is passed over', () => {
  const found = holder(standing(0, { state: 'at-end', clock: 1e300 }))
  assert.equal(found?.reason, 'at-end')
  assert.match(explainHolder(found), /partition 0: it is read to its end/)
})

test('one at its end and too far behind the others there is left out, and said to be', () => {
  const far = standing(0, { state: 'at-end', clock: 0 })
  const near = standing(1, { state: 'at-end', clock: 600_001 })
  const reading = standing(2, { clock: 700_000 })
  assert.equal(holder(far, near, reading)?.partition, 1)
  assert.deepEqual(situationsOf([far, near, reading], NOW, LIMITS), [
    'left-out',
    'at-end',
    'behind'
  ])
  const silent = { ...far, writtenAt: NOW - LEASE - 1 }
  assert.equal(
    holder(silent, near, reading)?.partition,
    0,
    'nobody says any more that it is at its end'
  )
})

test('each partition has the situation that its owner and its newest mark make', () => {
  const expired = { writtenAt: NOW - LEASE - 1 }
  assert.deepEqual(
    situationsOf(
      [
        standing(0, { state: 'paused' }),
        standing(1, { state: 'idle' }),
        standing(2, expired),
        standing(3, { owner: undefined }),
        standing(4, { state: undefined }),
        standing(5, { clock: Number.NEGATIVE_INFINITY }),
        standing(6, { gone: true })
      ],
      NOW,
      LIMITS
    ),
    ['paused', 'idle', 'silent', 'unowned', 'no-mark', 'behind', 'gone']
  )
})
