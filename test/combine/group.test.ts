import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { otherGroup, partitionOfGroup, TOTAL_GROUP } from '../../src/combine/group.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { murmur2 } from '../../src/core/murmur2.ts'

/** From Kafka's own test of `Utils.murmur2`; groups are placed as record keys are. */
const KNOWN: readonly (readonly [string, number])[] = [
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['abc', 479_470_107]
]

test('a group lies where the Java client would place its bytes as a key', () => {
  for (const [group, hash] of KNOWN) {
    for (const partitions of [2, 3, 16]) {
      // `Utils.toPositive` clears the sign, it does not take the absolute value.
      const positive = hash < 0 ? hash + 2 ** 31 : hash
      assert.equal(partitionOfGroup(group, partitions), positive % partitions, group)
    }
  }
})

test('frozen: these groups lie in these of 16 partitions', () => {
  const groups = ['null', '["CH"]', '["DE"]', '["CH",7]', '[null]', '["Zürich"]']
  assert.deepEqual(
    groups.map(group => partitionOfGroup(group, 16)),
    [11, 4, 15, 10, 2, 9]
  )
})

test('other groups go where they say, whatever the hash of their bytes', () => {
  for (let partition = 0; partition < 16; partition++) {
    assert.equal(partitionOfGroup(otherGroup(partition), 16), partition)
  }
  const named = '["{\\"other\\":3}"]'
  assert.equal(partitionOfGroup(named, 16), (murmur2(utf8(named)) & 0x7fff_ffff) % 16)
})

test('every group has a partition, and with one partition all are in it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 1, max: 64 }),
      (group, count) => {
        const partition = partitionOfGroup(group, count)
        assert.ok(Number.isInteger(partition) && partition >= 0 && partition < count)
      }
    )
  )
  assert.equal(partitionOfGroup(TOTAL_GROUP, 1), 0)
  assert.equal(partitionOfGroup(otherGroup(0), 1), 0)
})
