import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { murmur2, partitionOfKey } from '../../src/core/murmur2.ts'

/** Published with Kafka's own test of `Utils.murmur2`. */
const KNOWN: readonly (readonly [string, number])[] = [
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107]
]

describe('the partition of a key', () => {
  it('comes from the hash that Java clients use', () => {
    for (const [key, hash] of KNOWN) assert.equal(murmur2(Buffer.from(key)), hash, key)
  })

  it('is in range for every key, also where the hash is negative', () => {
    for (const [key, hash] of KNOWN) {
      assert.equal(partitionOfKey(Buffer.from(key), 16), (hash & 0x7fff_ffff) % 16)
    }
    assert.equal(partitionOfKey(new Uint8Array(), 1), 0)
  })
})
