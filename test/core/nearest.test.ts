import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nearest } from '../../src/core/nearest.ts'

const options = ['--brokers', '--topic', '--key', '--time', '--window', '--from']

test('a slip of the finger finds the word that was meant', () => {
  assert.equal(nearest('--broker', options), '--brokers')
  assert.equal(nearest('--tpoic', options), '--topic')
  assert.equal(nearest('--WINDOW', options), '--window')
  assert.equal(nearest('--kye', options), '--key')
})

test('another word has no neighbour', () => {
  assert.equal(nearest('--compression', options), undefined)
  assert.equal(nearest('anything', []), undefined)
})

test('the closest of several wins, the first of equals', () => {
  assert.equal(nearest('cat', ['cart', 'cat', 'cut']), 'cat')
  assert.equal(nearest('cot', ['cat', 'cut']), 'cat')
})

test('a word is its own nearest, whatever the case', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), fc.nat(), (words, pick) => {
      const word = words[pick % words.length]!
      assert.equal(nearest(word, words)?.toLowerCase(), word.toLowerCase())
    })
  )
})

test('one deleted letter is always found again', () => {
  const word = fc.string({ minLength: 3, maxLength: 20, unit: 'grapheme-ascii' })
  fc.assert(
    fc.property(word, fc.nat(), (original, at) => {
      const gap = at % original.length
      const typed = original.slice(0, gap) + original.slice(gap + 1)
      assert.equal(nearest(typed, [original]), original)
    })
  )
})
