import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { sortFingerprints } from '../../src/sketch/fingerprint-sort.ts'

test('fingerprints ascend by coupon, then lower word, at every size and with many equal words', () => {
  const random = new Random(9)
  for (const size of [0, 1, 2, 47, 48, 49, 500, 5_000]) {
    for (const bound of [3, 300, 2 ** 32]) {
      const coupons = Uint32Array.from({ length: size }, () => random.below(bound))
      const lowers = Uint32Array.from({ length: size }, () => random.uint32())
      const pairs = Array.from(coupons, (coupon, i) => (BigInt(coupon) << 32n) | BigInt(lowers[i]!))
      pairs.sort((a, b) => (a < b ? -1 : Number(a > b)))
      sortFingerprints(coupons, lowers)
      const sorted = Array.from(
        coupons,
        (coupon, i) => (BigInt(coupon) << 32n) | BigInt(lowers[i]!)
      )
      assert.deepEqual(sorted, pairs)
    }
  }
})
