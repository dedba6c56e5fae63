import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Input, Inputs } from '../../src/core/inputs.ts'

function input(name: string, partitions: number, more: Partial<Input> = {}): Input {
  const fresh = { begunWith: partitions, retired: false, gone: false }
  return { name, id: `id of ${name}`, partitions, ...fresh, ...more }
}

test('a slot stands for one partition of one topic, and back', () => {
  const inputs = new Inputs([input('a', 2), input('b', 3)])
  assert.equal(inputs.slots.length, 5)
  for (const slot of inputs.slots) {
    const { input: topic, partition } = inputs.place(slot)
    assert.equal(inputs.slotOfId(topic.id, partition), slot)
    assert.equal(inputs.slotOfName(topic.name, partition), slot)
    assert.equal(inputs.label(slot), `${topic.name}-${partition}`)
  }
  assert.deepEqual(inputs.slots.slice(0, 2), [0, 1])
})

test('of one topic, slots are its partitions', () => {
  const inputs = Inputs.of({ name: 'a', id: 'i', partitions: 3 })
  assert.deepEqual(inputs.slots, [0, 1, 2])
  assert.equal(inputs.describe(2), 'partition 2')
})

test('slots stay when topics grow, come, go and are retired', () => {
  const inputs = new Inputs([input('a', 2), input('b', 1)])
  const [, , ofB] = inputs.slots
  inputs.update([input('a', 4, { gone: true }), input('b', 1), input('c', 1)])
  assert.equal(inputs.slots[0], ofB)
  assert.equal(inputs.slotOfName('a', 0), undefined)
  assert.deepEqual(
    inputs.active.map(({ name }) => name),
    ['a', 'b', 'c']
  )
  // A name may stand for another topic than before.
  inputs.update([
    input('a', 4, { retired: true }),
    input('b', 1),
    input('c', 1),
    input('a', 2, { id: 'other' })
  ])
  const again = inputs.slotOfName('a', 1)!
  assert.equal(inputs.place(again).input.id, 'other')
  assert.equal(inputs.place(0).input.retired, true)
  assert.throws(() => inputs.update([input('b', 1), input('a', 4)]), /keeps its place/)
})

test('a partition that is not known yet has its slot, one of an unknown topic has none', () => {
  const inputs = new Inputs([input('a', 2)])
  assert.equal(inputs.slotOfId('id of a', 7), 7)
  assert.equal(inputs.slotOfId('another', 0), undefined)
  assert.equal(inputs.slotOfId('id of a', 65_536), undefined)
})

test('listeners hear of what changes only', () => {
  const inputs = new Inputs([input('a', 2)])
  let changes = 0
  inputs.onChange(() => changes++)
  inputs.update([input('a', 2)])
  assert.equal(changes, 0)
  inputs.update([input('a', 3)])
  inputs.update([input('a', 3, { gone: true })])
  inputs.update([input('a', 3, { gone: true }), input('b', 1)])
  assert.equal(changes, 3)
})
