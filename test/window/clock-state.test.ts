import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { isFailure } from '../../src/core/errors.ts'
import { PartitionClock } from '../../src/window/partition-clock.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2024, 2, 5, 9)
const POSITION = 1_000

/** The bytes of kind 2, version 1, as they stand in somebody's marks: they are read for ever. */
const golden: Record<string, string> = JSON.parse(
  readFileSync(new URL('../golden/clock/v1.json', import.meta.url), 'utf8')
)

function clockAfter(frames: number): PartitionClock {
  const clock = new PartitionClock({ waitMs: 5_000 })
  for (let i = 0; i < frames; i++) {
    const far = i % 9 === 8 ? 400 * DAY + i : 0
    clock.observe(NOW + i * 1_000 + far, Number.NaN, false, 0xf000_0000 + (i % 5), i * 3)
  }
  return clock
}

const states: Record<string, PartitionClock> = {
  empty: clockAfter(0),
  unset: clockAfter(5),
  suspended: clockAfter(90)
}

test('states are written as they always were, and read back', () => {
  for (const [name, clock] of Object.entries(states)) {
    const bytes = clock.serialize(POSITION)
    assert.equal(Buffer.from(bytes).toString('hex'), golden[name], name)
    const again = new PartitionClock({ waitMs: 5_000 })
    again.restore(bytes, POSITION)
    assert.equal(again.newest, clock.newest)
    assert.deepEqual(again.suspendedOffsets(), clock.suspendedOffsets())
    assert.deepEqual(again.serialize(POSITION), bytes)
  }
  assert.deepEqual(Object.keys(golden), Object.keys(states))
})

test('the clock of another rule is refused by name, and a newer version by number', () => {
  const restore = (...bytes: number[]) => {
    new PartitionClock({ waitMs: 0 }).restore(Uint8Array.from(bytes), POSITION)
  }
  assert.throws(
    () => restore(1, 1, 0),
    error => isFailure(error, 'format-damaged') && /kind 1, another clock rule/.test(error.message)
  )
  assert.throws(
    () => restore(2, 2, 0),
    error => isFailure(error, 'format-version')
  )
})

test('any damaged state is refused or read whole, never a crash', () => {
  const good = states.suspended!.serialize(POSITION)
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
      const bytes = good.slice(0, length)
      if (at < length) bytes[at] = byte
      const clock = new PartitionClock({ waitMs: 0 })
      try {
        clock.restore(bytes, POSITION)
      } catch (error) {
        assert.ok(isFailure(error, 'format-damaged', 'format-version'))
        return
      }
      clock.serialize(POSITION)
      for (let i = 0; i < 70; i++) clock.observe(NOW + i, Number.NaN, false, i, POSITION + i)
      clock.end()
    }),
    { numRuns: 500 }
  )
})

test('the state has at most 1.5 kB and 2,100 characters, however the suspended offsets lie', () => {
  // 64 suspended frames, 16 neighbours of odd ages, gaps of any size up to 2^53 altogether.
  const gap = fc.oneof(
    fc.integer({ min: 0, max: 49 }).map(bits => 2 ** bits),
    fc.maxSafeInteger().map(n => 1 + (Math.abs(n) % 2 ** 49))
  )
  let longest = 0
  fc.assert(
    fc.property(fc.array(gap, { minLength: 64, maxLength: 64 }), gaps => {
      const clock = new PartitionClock({ waitMs: 5_000 })
      for (let i = 0; i < 1_000; i++) clock.observe(NOW, Number.NaN, false, i >> 6, i)
      let offset = 2_000
      for (const [i, distance] of gaps.entries()) {
        const next = offset + distance
        offset = next < Number.MAX_SAFE_INTEGER - 64 ? next : offset + 1
        clock.observe(NOW + 2 ** 30 * (i + 1), Number.NaN, false, 99, offset)
      }
      assert.equal(clock.suspendedOffsets().length, 64)
      const bytes = clock.serialize(Number.MAX_SAFE_INTEGER)
      longest = Math.max(longest, bytes.length)
      assert.ok(bytes.length <= 1_536)
      assert.ok(Buffer.from(bytes).toString('base64').length <= 2_100)
    }),
    {
      numRuns: 200,
      examples: [[Array.from({ length: 64 }, (_, i) => (i < 15 ? 2 ** 49 : 2 ** 42))]]
    }
  )
  assert.ok(longest > 1_200, `the longest was ${longest}`)
})
