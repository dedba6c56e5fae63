import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAssignment } from '../../src/kafka/group/group-assignment.ts'

const assignment = Buffer.from(
  // version 1, two topics: ab with 2 and 0, c with none; no user data
  '0001' +
    '00000002' +
    '0002' +
    '6162' +
    '00000002' +
    '00000002' +
    '00000000' +
    '0001' +
    '63' +
    '00000000' +
    'ffffffff',
  'hex'
)

test('topics and partitions of an assignment are read, ascending', () => {
  assert.deepEqual(
    [...readAssignment(assignment)],
    [
      ['ab', [0, 2]],
      ['c', []]
    ]
  )
  assert.deepEqual([...readAssignment(Buffer.alloc(0))], [])
})

test('bytes that are cut or lie about a length end the list', () => {
  for (let length = 0; length < assignment.length; length++) {
    assert.ok(readAssignment(assignment.subarray(0, length)).size <= 2)
  }
  const lies = Buffer.from(assignment)
  lies.writeInt16BE(-2, 6)
  assert.deepEqual([...readAssignment(lies)], [])
  lies.writeInt32BE(0x7fff_ffff, 2)
  lies.writeInt16BE(0x7fff, 6)
  assert.deepEqual([...readAssignment(lies)], [])
})
