import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../src/core/limits.ts'
import { decodeHint, encodeHint, floorOf, HINTED_MAX } from '../../src/runtime/alignment-hint.ts'

const UNKNOWN = Number.NEGATIVE_INFINITY
const TOPIC = '7a0e1f5c-9a4b-4a58-8d4e-3d5b8f1f0c11'

function hint(slowest: readonly (readonly [number, number])[] | undefined, watermark = 0): string {
  const listed = slowest?.map(([partition, clock]) => ({ source: 's', partition, clock }))
  return encodeHint({ commit: 7, watermark, slowest: listed, stateBytes: 1 })
}

const floor = (metadata: readonly (string | undefined)[], ...own: number[]) =>
  floorOf(metadata, name => own.some(partition => name === `s|${partition}`))

test('what is written is read back, and fits into the metadata of an offset', () => {
  const slowest = Array.from({ length: HINTED_MAX }, (_, partition) => ({
    source: TOPIC,
    partition: 65_000 + partition,
    clock: 1_468_244_400_123
  }))
  const hint = { commit: 2 ** 40, watermark: 1_468_244_400_123, slowest, stateBytes: 2 ** 40 }
  const text = encodeHint(hint)
  assert.deepEqual(decodeHint(text), hint)
  assert.ok(text.length <= limits.commitMetadataCharactersMax, `${text.length} characters`)
  const unknown = { commit: 1, watermark: UNKNOWN, slowest: undefined, stateBytes: undefined }
  assert.deepEqual(decodeHint(encodeHint(unknown)), unknown)
})

test('metadata of others says nothing, and what is odd in it is left out', () => {
  for (const text of ['', 'null', '[]', '{}', '{"commit":"7"}', 'not JSON', '{"watermark":1}']) {
    assert.equal(decodeHint(text), undefined, text)
  }
  for (const slowest of ['1', '[1]', '[["s",0]]', '[["s","0",1]]', '{"0":1}']) {
    assert.equal(decodeHint(`{"commit":1,"slowest":${slowest}}`)?.slowest, undefined, slowest)
  }
})

test('the floor is the slowest that is not our own, of the task that is furthest behind', () => {
  assert.equal(floor([hint([[0, 5]])]), 5)
  assert.equal(
    floor(
      [
        hint([
          [0, 5],
          [1, 9]
        ])
      ],
      0
    ),
    9
  )
  assert.equal(
    floor(
      [
        hint([
          [0, 5],
          [1, 9]
        ]),
        hint([
          [0, 4],
          [1, 8]
        ])
      ],
      0
    ),
    8
  )
})

test('while nobody else is being read there is no floor', () => {
  assert.equal(floor([hint([])]), Number.POSITIVE_INFINITY)
  assert.equal(floor([hint([[3, 5]])], 3), Number.POSITIVE_INFINITY)
})

test('of those that are not named the last one that is stands for the rest', () => {
  const all = Array.from(
    { length: HINTED_MAX },
    (_, partition) => [partition, 10 + partition] as const
  )
  const own = all.map(([partition]) => partition)
  assert.equal(floor([hint(all)], ...own), 10 + HINTED_MAX - 1)
})

test('W2 stands for what is not known; without it, or without a task’s word, nothing is known', () => {
  assert.equal(floor([hint(undefined, 3)]), 3)
  assert.equal(floor([hint(undefined, UNKNOWN)]), UNKNOWN)
  assert.equal(floor([hint([[0, 5]]), undefined]), UNKNOWN)
  assert.equal(floor([hint([[0, 5]]), 'not ours']), UNKNOWN)
})
