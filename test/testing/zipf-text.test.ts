import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zipfText } from '../../src/testing/zipf-text.ts'

const options = { words: 20_000, vocabulary: 1_000, exponent: 1, seed: 7 }

function frequencies(bytes: Uint8Array): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of new TextDecoder().decode(bytes).trim().split(/\s+/)) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

test('the same seed gives the same text, another seed another one', () => {
  assert.deepEqual(zipfText(options), zipfText(options))
  assert.notDeepEqual(zipfText(options), zipfText({ ...options, seed: 8 }))
})

test('it has as many words as were asked for, and no others than those of the vocabulary', () => {
  const counts = frequencies(zipfText(options))
  assert.equal(
    [...counts.values()].reduce((sum, count) => sum + count, 0),
    options.words
  )
  assert.ok(counts.size > 900 && counts.size <= options.vocabulary, String(counts.size))
  assert.ok([...counts.keys()].every(word => /^[a-z]+$/.test(word)))
})

test('a word comes as often as its rank says', () => {
  const counts = frequencies(zipfText(options))
  const harmonic = Array.from({ length: 1_000 }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b)
  for (const [word, rank] of [
    ['a', 1],
    ['b', 2],
    ['j', 10],
    // Rank 27 is the first of two letters, rank 28 differs in its first one.
    ['aa', 27],
    ['ba', 28]
  ] as const) {
    const expected = options.words / (rank * harmonic)
    const found = counts.get(word) ?? 0
    assert.ok(Math.abs(found - expected) < 5 * Math.sqrt(expected), `${word}: ${found}`)
  }
})

test('no words make no bytes', () => {
  assert.equal(zipfText({ ...options, words: 0 }).length, 0)
})
