import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isFailure } from '../../src/core/errors.ts'
import { PostgresHll } from '../../src/sketch/postgres-hll.ts'

const word = fc.oneof(
  fc.constantFrom(0, 1, 15, 16, 2_047, 2_048, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
  fc.integer({ min: 0, max: 0xffff_ffff })
)
const ids = fc.array(fc.tuple(word, word), { maxLength: 80 })
const parameters = fc.record({
  log2m: fc.integer({ min: 4, max: 8 }),
  regwidth: fc.integer({ min: 1, max: 7 }),
  expthresh: fc.constantFrom(-1, 0, 1, 8, 64),
  sparseon: fc.boolean()
})
const hll = fc.tuple(parameters, ids).map(([parameters, ids]) => hllOf(parameters, ids))
const three = fc
  .tuple(parameters, ids, ids, ids)
  .map(([parameters, ...lists]) => lists.map(ids => hllOf(parameters, ids)))

test('what is written is read again', () => {
  fc.assert(
    fc.property(hll, made => {
      const read = PostgresHll.read(made.serialize())
      assert.deepEqual(read.parameters, made.parameters)
      assert.deepEqual(read.serialize(), made.serialize())
      assert.deepEqual(read.estimate(0.95), made.estimate(0.95))
    })
  )
})

test('merging is commutative, associative and idempotent, over all forms', () => {
  fc.assert(
    fc.property(three, ([a, b, c]) => {
      const expected = union(a!, union(b!, c!)).serialize()
      assert.deepEqual(union(union(a!, b!), c!).serialize(), expected)
      assert.deepEqual(union(union(c!, b!), a!).serialize(), expected)
      assert.deepEqual(union(union(a!, union(b!, c!)), b!).serialize(), expected)
    })
  )
})

test('merging with itself changes nothing', () => {
  fc.assert(
    fc.property(hll, made => {
      const before = made.serialize()
      made.merge(made)
      assert.deepEqual(made.serialize(), before)
    })
  )
})

test('the order of the ids leaves no trace', () => {
  fc.assert(
    fc.property(parameters, ids, (parameters, ids) => {
      const backwards = hllOf(parameters, ids.toReversed())
      assert.deepEqual(backwards.serialize(), hllOf(parameters, ids).serialize())
    })
  )
})

test('changed bytes are a sketch that is written and read alike, or a typed error', () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(hll, fc.array(change, { maxLength: 3 }), fc.nat(3), (made, changes, cut) => {
      const written = made.serialize()
      const bytes = written.subarray(0, Math.max(written.length - cut, 0))
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      readOrRefuse(bytes)
    }),
    { numRuns: 300 }
  )
})

test('any bytes are a sketch or a typed error', () => {
  const first = fc.constantFrom(0x11, 0x12, 0x13, 0x14)
  fc.assert(
    fc.property(first, fc.uint8Array({ maxLength: 64 }), (form, rest) => {
      readOrRefuse(Uint8Array.of(form, ...rest))
    }),
    { numRuns: 300 }
  )
})

function readOrRefuse(bytes: Uint8Array): void {
  let read: PostgresHll
  try {
    read = PostgresHll.read(bytes)
  } catch (error) {
    assert.ok(isFailure(error, 'format-damaged', 'format-version'), String(error))
    return
  }
  assert.deepEqual(PostgresHll.read(read.serialize()).serialize(), read.serialize())
  const { low, value, high } = read.estimate(0.95)
  assert.ok(Number.isSafeInteger(low) && Number.isSafeInteger(high))
  assert.ok(0 <= low && low <= value && value <= high, `${low} ${value} ${high}`)
}

function hllOf(
  parameters: ConstructorParameters<typeof PostgresHll>[0],
  ids: readonly (readonly [number, number])[]
): PostgresHll {
  const made = new PostgresHll(parameters)
  for (const [low, high] of ids) made.addId(low, high)
  return made
}

function union(left: PostgresHll, right: PostgresHll): PostgresHll {
  const made = PostgresHll.read(left.serialize())
  made.merge(right)
  return made
}
