import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HASH_SEED, murmur3x64128 } from '../../src/core/murmur3.ts'
import { Random } from '../../src/core/random.ts'
import {
  createSketch,
  type HashColumns,
  type HashKernel,
  type KeyColumn,
  type SketchKind
} from '../../src/sketch/index.ts'
import { RegisterArray } from '../../src/sketch/register-array.ts'
import { murmur3Reference } from '../core/murmur3-reference.ts'
import { addOneByOne, keyColumn, rowsOf } from '../sketch/key-columns.ts'

const KINDS: readonly SketchKind[] = ['exact', 'adaptive', 'hll', 'ull', 'linear', 'theta']

/** What every hash kernel promises. One kernel serves all tests: it carries nothing over. */
export function hashKernelConformance(name: string, make: () => HashKernel): void {
  const kernel = make()
  const hashed = (keys: KeyColumn, count: number): HashColumns => {
    const columns = rowsOf(count)
    kernel.hashKeys(keys, count, columns)
    return columns
  }

  test(`${name}: keys of every length from 0 to 257 hash as the definition says`, () => {
    const keys = keyColumn(Array.from({ length: 258 }, (_, length) => length))
    const columns = hashed(keys, 258)
    for (let i = 0; i < 258; i++) {
      const key = keys.bytes.subarray(keys.offsets[i], keys.offsets[i + 1])
      assert.equal(hex(columns, i), murmur3Reference(key, HASH_SEED), `${i} bytes`)
    }
  })

  test(`${name}: what lies around a key does not change its hash`, () => {
    for (let length = 0; length <= 40; length++) {
      const [zeros, ones] = [new Uint8Array(64), new Uint8Array(64).fill(255)]
      for (const bytes of [zeros, ones]) bytes.fill(97, 11, 11 + length)
      const offsets = Uint32Array.of(11, 11 + length)
      const column = hashed({ bytes: zeros, offsets }, 1)
      assert.deepEqual(hashed({ bytes: ones, offsets }, 1), column)
    }
  })

  test(`${name}: random columns hash as one key at a time`, () => {
    const random = new Random(5)
    for (const count of [0, 1, 7, 511, 512, 513, 8_191, 8_192, 8_193, 20_000]) {
      const lengths = Array.from({ length: count }, () => random.below(48))
      const keys = keyColumn(lengths, random.below(20))
      assert.deepEqual(hashed(keys, count), hashesOf(keys, count))
    }
  })

  test(`${name}: columns and keys larger than the kernel's own room pass`, () => {
    const room = kernel.keys.bytes.length
    for (const lengths of [
      [room, 3, room],
      [room + 1, 0, 5],
      [1, room - 1, 1, room + 70_000, 2],
      Array.from({ length: 300 }, () => 5_000)
    ]) {
      const keys = keyColumn(lengths, 3)
      assert.deepEqual(hashed(keys, lengths.length), hashesOf(keys, lengths.length))
    }
  })

  test(`${name}: keys written into its own column are the same keys`, () => {
    const { bytes, offsets } = kernel.keys
    const count = offsets.length - 1
    const keys = keyColumn(Array.from({ length: count }, (_, i) => i % 40))
    bytes.set(keys.bytes)
    offsets.set(keys.offsets)
    for (const some of [count, 1, 100]) {
      assert.deepEqual(hashed(kernel.keys, some), hashesOf(keys, some))
    }
    offsets.fill(bytes.length)
    offsets[0] = bytes.length - 9
    const tail = keyColumn([9])
    bytes.set(tail.bytes, bytes.length - 9)
    assert.deepEqual(hashed(kernel.keys, 1), hashesOf(tail, 1))
  })

  for (const kind of KINDS) {
    test(`${name}: a ${kind} sketch of columns is the one of single keys, byte for byte`, () => {
      const keys = keyColumn(Array.from({ length: 30_000 }, (_, i) => 8 + (i % 25)))
      for (const precision of [4, 14, 18]) {
        for (const count of [0, 1, 5_000, 30_000]) {
          const [ours, theirs] = [createSketch(kind, precision), createSketch(kind, precision)]
          kernel.addKeys(ours, keys, count)
          addOneByOne(theirs, keys, count)
          assert.deepEqual(ours.estimate(0.95), theirs.estimate(0.95))
          assert.deepEqual(ours.serialize(), theirs.serialize(), `${count} at ${precision}`)
          // What is asked between two batches must not hide the second.
          kernel.addKeys(ours, keys, 30_000)
          kernel.addKeys(theirs, keys, 30_000)
          assert.deepEqual(ours.estimate(0.95), theirs.estimate(0.95))
        }
      }
    })
  }

  test(`${name}: raised registers are those of single keys, at every precision`, () => {
    const keys = keyColumn(Array.from({ length: 20_000 }, (_, i) => i % 30))
    for (let precision = 4; precision <= 18; precision++) {
      const [ours, theirs] = [new Uint8Array(2 ** precision), new RegisterArray(precision)]
      assert.equal(kernel.raiseRegisters(ours, keys, 0), false)
      for (const count of [1, 700, 20_000]) {
        assert.equal(kernel.raiseRegisters(ours, keys, count), true)
        theirs.addColumns(hashesOf(keys, count), 0, count)
        assert.deepEqual(ours, theirs.values)
        assert.equal(kernel.raiseRegisters(ours, keys, count), false)
      }
    }
    for (const length of [0, 8, 17, 2 ** 19]) {
      const raise = (): boolean => kernel.raiseRegisters(new Uint8Array(length), keys, 1)
      assert.throws(raise, { code: 'key-column' })
    }
  })

  test(`${name}: merged registers are the larger ones, over all pairs of precisions`, () => {
    const keys = keyColumn(Array.from({ length: 9_000 }, (_, i) => i % 30))
    const filled = (precision: number, count: number): RegisterArray => {
      const registers = new RegisterArray(precision)
      registers.addColumns(hashesOf(keys, count), 0, count)
      return registers
    }
    for (let low = 4; low <= 18; low++) {
      for (const high of [low, Math.min(low + 1, 18), Math.max(low, 14), 18]) {
        const [ours, theirs] = [filled(low, 3_000), filled(high, 9_000)]
        const merged = ours.values.slice()
        const before = theirs.values.slice()
        ours.merge(theirs)
        assert.equal(kernel.mergeRegisters(merged, theirs.values), true)
        assert.deepEqual(merged, ours.values)
        assert.deepEqual(theirs.values, before)
        assert.equal(kernel.mergeRegisters(merged, theirs.values), false)
        assert.equal(kernel.mergeRegisters(merged, merged), false)
      }
    }
    for (const [left, right] of [
      [16, 8],
      [64, 32],
      [17, 17],
      [16, 48],
      [0, 0]
    ] as const) {
      const merge = (): boolean =>
        kernel.mergeRegisters(new Uint8Array(left), new Uint8Array(right))
      assert.throws(merge, { code: 'key-column' })
    }
  })

  test(`${name}: wrong offsets are refused by name, and nothing was added`, () => {
    const bytes = new Uint8Array(1_000).fill(97)
    const column = (...offsets: number[]): KeyColumn => ({
      bytes,
      offsets: new Uint32Array(offsets)
    })
    const long = keyColumn(Array.from({ length: 10_000 }, () => 2))
    long.offsets[9_500] = 3
    const wrong: [KeyColumn, number][] = [
      [column(5, 4), 1],
      [column(0, 10, 9, 20), 3],
      [column(0, 1_001), 1],
      [column(1_001, 1_001), 1],
      [column(0, 2 ** 32 - 1), 1],
      [column(2 ** 32 - 1, 0), 1],
      [column(0, 5), 2],
      [column(), 0],
      [column(0, 5), -1],
      [column(0, 5), 0.5],
      [column(0, 5), Number.NaN],
      [column(0, 5), Number.POSITIVE_INFINITY],
      [long, 10_000]
    ]
    for (const [keys, count] of wrong) {
      const sketch = createSketch('exact', 14)
      assert.throws(() => kernel.addKeys(sketch, keys, count), { code: 'key-column' })
      assert.throws(() => kernel.hashKeys(keys, count, rowsOf(10)), { code: 'key-column' })
      assert.equal(sketch.entries, 0)
    }
    assert.throws(() => kernel.hashKeys(long, 5, rowsOf(4)), { code: 'key-column' })
  })

  test(`${name}: random offsets hash or are refused, and the kernel goes on`, () => {
    const random = new Random(6)
    const bytes = new Uint8Array(300)
    for (let round = 0; round < 2_000; round++) {
      const offsets = Uint32Array.from({ length: 1 + random.below(6) }, () => random.below(310))
      if (random.below(2) === 0) offsets.sort()
      const count = random.below(7)
      const columns = rowsOf(count)
      try {
        kernel.hashKeys({ bytes, offsets }, count, columns)
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'key-column')
        continue
      }
      assert.deepEqual(columns, hashesOf({ bytes, offsets }, count))
    }
  })
}

function hashesOf({ bytes, offsets }: KeyColumn, count: number): HashColumns {
  const columns = rowsOf(count)
  const out = new Uint32Array(4)
  for (let i = 0; i < count; i++) {
    murmur3x64128(bytes, offsets[i]!, offsets[i + 1]!, HASH_SEED, out)
    columns.h1lo[i] = out[0]!
    columns.h1hi[i] = out[1]!
    columns.h2lo[i] = out[2]!
    columns.h2hi[i] = out[3]!
  }
  return columns
}

function hex({ h1lo, h1hi, h2lo, h2hi }: HashColumns, i: number): string {
  return [h1hi, h1lo, h2hi, h2lo].map(word => word[i]!.toString(16).padStart(8, '0')).join('')
}
