import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WordList } from '../../../src/cli/sketch/word-list.ts'
import { HASH_SEED, murmur3x64128 } from '../../../src/sketch/index.ts'

const words = (text: string) => WordList.of(Buffer.from(text))
const all = (list: WordList) => Array.from({ length: list.count }, (_, i) => list.word(i))

test('words are what stands between white space, wherever the text begins and ends', () => {
  assert.deepEqual(all(words('to be,\tor\r\n\v\fnot  to be')), [
    'to',
    'be,',
    'or',
    'not',
    'to',
    'be'
  ])
  assert.deepEqual(all(words('  to be \n')), ['to', 'be'])
  assert.deepEqual(all(words(' \n')), [])
  assert.deepEqual(all(words('')), [])
})

test('different words are kept once, also such that are no UTF-8', () => {
  const bytes = Buffer.concat([Buffer.from('a b a '), Buffer.from([0xff, 0x20, 0xfe, 0x20, 0xff])])
  assert.equal(WordList.of(bytes).distinct().count, 4)
})

test('hashes are those of the bytes, for any seed', () => {
  const list = words('to be é')
  const columns = {
    h1lo: new Uint32Array(2),
    h1hi: new Uint32Array(2),
    h2lo: new Uint32Array(2),
    h2hi: new Uint32Array(2)
  }
  for (const seed of [HASH_SEED, 1]) {
    list.hashInto(columns, 1, 3, seed)
    const expected = new Uint32Array(4)
    murmur3x64128(Buffer.from('é'), 0, 2, seed, expected)
    const { h1lo, h1hi, h2lo, h2hi } = columns
    assert.deepEqual([h1lo[1], h1hi[1], h2lo[1], h2hi[1]], [...expected])
  }
})
