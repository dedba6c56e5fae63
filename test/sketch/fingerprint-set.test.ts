import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { couponOf } from '../../src/sketch/coupon.ts'
import { FingerprintSet, lowerWordOf } from '../../src/sketch/fingerprint-set.ts'
import type { HashColumns } from '../../src/sketch/index.ts'
import * as facade from '../../src/sketch/table-memory.ts'
import * as kernel from '../../wasm/table-layout.ts'
import { rowsOf } from './key-columns.ts'

/** Enough for a table that has a WASM memory of its own, and for that one to grow. */
const MANY = 450_000

test('a large set that grows by columns is the one that grows by single fingerprints', () => {
  const columns = randomHashes(MANY)
  const set = new FingerprintSet()
  const added = addAll(set, columns)
  assert.equal(set.size, MANY)
  assert.deepEqual(contentOf(set), expected(columns))
  assert.deepEqual(Int32Array.from(added).sort(), Int32Array.from(lowersOf(columns)).sort())
  assert.deepEqual([...addAll(set, columns)], [])
  assert.equal(set.size, MANY)
  for (let i = 0; i < 5_000; i++) assert.equal(set.add(...fingerprint(columns, i)), false)
})

test('a large set keeps its memory when it is cleared, and works as before', () => {
  const columns = randomHashes(MANY)
  const set = new FingerprintSet(MANY)
  const { memoryBytes } = set
  for (let round = 0; round < 2; round++) {
    assert.equal(addAll(set, columns).length, MANY)
    set.clear()
    assert.equal(set.size, 0)
    assert.equal(set.memoryBytes, memoryBytes)
  }
  assert.equal(set.add(7 << 26, 1), true)
  assert.equal(set.add(7 << 26, 1), false)
})

test('a hash that is twice in one batch is new once', () => {
  const columns = randomHashes(1_000)
  for (const set of [new FingerprintSet(), new FingerprintSet(MANY)]) {
    for (const column of Object.values(columns)) column.copyWithin(500, 0, 500)
    assert.equal(addAll(set, columns).length, 500)
    assert.equal(set.size, 500)
  }
})

test('values at their ends make the same fingerprint in the kernel', () => {
  const columns = rowsOf(70)
  for (let zeros = 0; zeros < 65; zeros++) {
    columns.h1lo[zeros] = 0xffff_ffff
    columns.h1hi[zeros] = zeros << 26
    columns.h2hi[zeros] = zeros < 32 ? 2 ** (31 - zeros) : 0
    columns.h2lo[zeros] = zeros >= 32 && zeros < 64 ? 2 ** (63 - zeros) : 0
  }
  const set = new FingerprintSet(MANY)
  addAll(set, columns)
  assert.deepEqual(contentOf(set), expected(columns))
})

test('where there is no WASM, a large set is a plain one', () => {
  const columns = randomHashes(MANY)
  const { WebAssembly: real } = globalThis as { WebAssembly?: unknown }
  Object.assign(globalThis, { WebAssembly: undefined })
  try {
    const set = new FingerprintSet()
    assert.equal(addAll(set, columns).length, MANY)
    assert.deepEqual(contentOf(set), expected(columns))
  } finally {
    Object.assign(globalThis, { WebAssembly: real })
  }
})

test('facade and kernel have the same layout of a table, without overlaps', () => {
  assert.deepEqual({ ...facade }, { ...kernel })
  const { TABLE_ROWS_MAX: rows } = kernel
  assert.ok(kernel.TABLE_COLUMNS_AT + rows * 16 <= kernel.FRESH_AT)
  assert.ok(kernel.FRESH_AT + rows * 4 <= kernel.FIRST_PLACES_AT)
  assert.ok(kernel.FIRST_PLACES_AT + rows * 4 <= kernel.FINGERPRINTS_AT)
  assert.ok(kernel.FINGERPRINTS_AT + rows * 8 <= kernel.TABLE_AT)
})

/** The lower words of what was new. */
function addAll(set: FingerprintSet, columns: HashColumns): number[] {
  const added: number[] = []
  set.addColumns(columns, 0, columns.h1lo.length, (lowers, count) => {
    for (let i = 0; i < count; i++) added.push(lowers[i]!)
  })
  return added
}

function randomHashes(count: number): HashColumns {
  const random = new Random(count)
  const columns = rowsOf(count)
  for (const column of Object.values(columns)) {
    for (let i = 0; i < count; i++) column[i] = random.uint32()
  }
  return columns
}

function fingerprint({ h1lo, h1hi, h2lo, h2hi }: HashColumns, i: number): [number, number] {
  return [couponOf(h1lo[i]!, h2lo[i]!, h2hi[i]!), lowerWordOf(h1lo[i]!, h1hi[i]!)]
}

function lowersOf(columns: HashColumns): number[] {
  return Array.from(columns.h1lo, (_, i) => fingerprint(columns, i)[1])
}

function expected(columns: HashColumns): Float64Array {
  return sorted(Array.from(columns.h1lo, (_, i) => joined(...fingerprint(columns, i))))
}

function contentOf({ places }: FingerprintSet): Float64Array {
  const found: number[] = []
  for (let at = 0; at < places.length; at += 2) {
    if (places[at] !== 0) found.push(joined(places[at]!, places[at + 1]!))
  }
  return sorted(found)
}

/** One number for a fingerprint: 53 of its bits, with those of the value. */
function joined(coupon: number, lower: number): number {
  return (coupon >>> 0) * 2 ** 21 + (lower >>> 11)
}

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(new Set(values)).sort()
}
