import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { wrapSketch } from '../../src/sketch/envelope.ts'
import { sketchOf, userHashes } from './hash-columns.ts'

/*
 * Frozen: `test/golden/sketch/v1/<kind>-p<precision>-n<keys>.sketch` holds the keys user-0 … user-<n−1>.
 * These bytes are in people's topics: a test that fails here is not repaired by writing them again.
 */
const folder = new URL('../golden/sketch/v1/', import.meta.url)
const names = readdirSync(folder)
const hashes = userHashes(20_000)

test('every golden file of version 1 is there', () => {
  assert.equal(names.length, 14)
})

for (const name of names) {
  test(`golden ${name} is written and read as it always was`, () => {
    const [, kind, precision, keys] = /^(exact|adaptive)-p(\d+)-n(\d+)\.sketch$/.exec(name)!
    const n = Number(keys)
    const stored = new Uint8Array(readFileSync(new URL(name, folder)))
    const built = sketchOf(kind as 'exact' | 'adaptive', Number(precision), hashes, 0, n)
    assert.deepEqual(built.serialize(), stored)
    const read = wrapSketch(stored)
    assert.deepEqual(read.serialize(), stored)
    assert.deepEqual([read.kind, read.precision], [kind, Number(precision)])
    const { low, high } = read.estimate(0.997)
    assert.ok(low <= n && n <= high, `${low} ${n} ${high}`)
  })
}
