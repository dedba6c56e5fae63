import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { isState, unite } from '../../src/sketch/ull-register.ts'
import { UllRegisters } from '../../src/sketch/ull-registers.ts'

const random = new Random(12)

/** The state as its definition says it: the largest of the values, and which of the two below it came. */
function stateOfValues(values: ReadonlySet<number>): number {
  if (values.size === 0) return 0
  const largest = Math.max(...values)
  return (largest << 2) | (Number(values.has(largest - 1)) << 1) | Number(values.has(largest - 2))
}

function someValues(): Set<number> {
  // Close to each other, at both ends and in the middle: distances of 0, 1, 2, 3 and more.
  const from = 1 + random.below(60)
  const values = Array.from({ length: random.below(5) }, () => from + random.below(6))
  return new Set(values.map(value => Math.min(value, 63)))
}

/** All slots of a precision get coupons of their own, with values from a narrow range. */
function couponsOf(count: number): number[] {
  return Array.from({ length: count }, () => ((1 + random.below(9)) << 26) | random.below(2 ** 12))
}

function filled(precision: number, coupons: readonly number[]): UllRegisters {
  const registers = new UllRegisters(precision)
  for (const coupon of coupons) registers.addCoupon(coupon)
  return registers
}

test('a register after any values is in the state that its definition says', () => {
  for (let round = 0; round < 3_000; round++) {
    const values = someValues()
    const registers = filled(
      4,
      [...values].map(value => (value << 26) | 5)
    )
    assert.equal(registers.states[5], stateOfValues(values))
    assert.ok(isState(registers.states[5]!))
  }
})

test('the union of two states is the state of both their values', () => {
  for (let round = 0; round < 3_000; round++) {
    const [left, right] = [someValues(), someValues()]
    const expected = stateOfValues(new Set([...left, ...right]))
    assert.equal(unite(stateOfValues(left), stateOfValues(right)), expected)
    assert.equal(unite(stateOfValues(right), stateOfValues(left)), expected)
  }
})

test('states that no values lead to are known', () => {
  const reachable = new Set([0])
  for (let largest = 1; largest <= 63; largest++) {
    for (const below of [[], [largest - 1], [largest - 2], [largest - 1, largest - 2]]) {
      reachable.add(stateOfValues(new Set([largest, ...below.filter(value => value > 0)])))
    }
  }
  for (let state = 0; state < 256; state++) assert.equal(isState(state), reachable.has(state))
})

test('merging is adding, also into a lower precision, and equals uniting slot by slot', () => {
  for (const [low, high] of [
    [4, 4],
    [4, 5],
    [5, 12],
    [10, 11]
  ] as const) {
    for (const count of [3, 40, 2_000]) {
      const [ours, theirs] = [couponsOf(count), couponsOf(count)]
      const merged = filled(low, ours)
      const source = filled(high, theirs)
      const slots = merged.states.slice()
      source.states.forEach((state, slot) => {
        slots[slot & (slots.length - 1)] = unite(slots[slot & (slots.length - 1)]!, state)
      })
      merged.merge(source)
      assert.deepEqual(merged.states, slots)
      assert.deepEqual(merged.states, filled(low, [...ours, ...theirs]).states)
    }
  }
})

test('the histogram counts each state, also after each kind of change', () => {
  const registers = filled(6, couponsOf(50))
  check(registers)
  registers.add(5, 0, 0)
  check(registers)
  registers.addColumns({ h1lo: word(9), h1hi: word(0), h2lo: word(0), h2hi: word(2 ** 20) }, 0, 1)
  check(registers)
  registers.merge(filled(7, couponsOf(300)))
  check(registers)
  registers.clear()
  check(registers)
})

function word(value: number): Uint32Array {
  return new Uint32Array([value])
}

function check(registers: UllRegisters): void {
  const counts = new Array<number>(256).fill(0)
  for (const state of registers.states) counts[state]!++
  assert.deepEqual([...registers.histogram()], counts)
}
