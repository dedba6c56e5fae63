import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { wrapSketch } from '../../src/sketch/envelope.ts'
import type { SketchKind } from '../../src/sketch/sketch.ts'
import { sketchOf, userHashes } from './hash-columns.ts'

/*
 * Frozen: `test/golden/sketch/v<n>/<kind>-p<precision>-n<keys>.sketch` holds the keys user-0 … user-<n−1>.
 * These bytes are in people's topics: a test that fails here is not repaired by writing them again.
 */
const folder = new URL('../golden/sketch/', import.meta.url)
const names = ['v1', 'v2'].flatMap(version =>
  readdirSync(new URL(`${version}/`, folder)).map(name => `${version}/${name}`)
)
const hashes = userHashes(20_000)

test('every golden file is there, and of the version that its folder says', () => {
  assert.equal(names.filter(name => name.startsWith('v1')).length, 14)
  for (const [kind, files] of [
    ['hll', 4],
    ['linear', 4],
    ['ull', 6]
  ] as const) {
    assert.equal(names.filter(name => name.startsWith(`v2/${kind}-`)).length, files)
  }
  for (const name of names)
    assert.equal(`v${readFileSync(new URL(name, folder))[3]}`, name.slice(0, 2))
})

for (const name of names) {
  test(`golden ${name} is written and read as it always was`, () => {
    const [, kind, precision, keys] = /([a-z]+)-p(\d+)-n(\d+)\.sketch$/.exec(name)!
    const n = Number(keys)
    const stored = new Uint8Array(readFileSync(new URL(name, folder)))
    const built = sketchOf(kind as SketchKind, Number(precision), hashes, 0, n)
    assert.deepEqual(built.serialize(), stored)
    const read = wrapSketch(stored)
    assert.deepEqual(read.serialize(), stored)
    assert.deepEqual([read.kind, read.precision], [kind, Number(precision)])
    const { low, high } = read.estimate(0.997)
    assert.ok(low <= n && n <= high, `${low} ${n} ${high}`)
  })
}
