import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ARENA_HEAD_BYTES, Arena } from '../../src/core/arena.ts'

const MB = 1_048_576
/** What kernels may touch behind what they were given. */
const OVERRUN = 128

function arenaOf(bytes: number): Arena {
  const arena = Arena.create(bytes)
  assert.ok(arena !== undefined, 'this Node has WASM')
  return arena
}

test('rooms lie apart, behind the head, with some bytes behind each', () => {
  const arena = arenaOf(8 * MB)
  const rooms = [1, 65_536, MB, 100_001].map(bytes => {
    const room = arena.take(bytes)
    assert.equal(room?.length, bytes)
    assert.equal(room.buffer, arena.buffer)
    return room
  })
  let free = ARENA_HEAD_BYTES
  for (const { byteOffset, length } of rooms) {
    assert.ok(byteOffset >= free)
    free = byteOffset + length + OVERRUN
  }
  assert.ok(free <= arena.buffer.byteLength)
})

test('there are so many rooms and no more, and one that was given back is given again', () => {
  const arena = arenaOf(8 * MB)
  const rooms: Uint8Array[] = []
  for (let room = arena.take(MB); room !== undefined; room = arena.take(MB)) rooms.push(room)
  assert.equal(rooms.length, 5)
  arena.giveBack(rooms[2]!)
  assert.equal(arena.take(2 * MB), undefined)
  assert.equal(arena.take(MB)?.byteOffset, rooms[2]!.byteOffset)
  assert.equal(arena.take(MB), undefined)
})

test('one kernel gets the head', () => {
  const arena = arenaOf(4 * MB)
  assert.equal(arena.takeHead(), true)
  assert.equal(arena.takeHead(), false)
})

test('where there is no address space there is no arena', () => {
  assert.equal(Arena.create(2 ** 40), undefined)
})
