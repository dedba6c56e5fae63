import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GroupIds } from '../../src/extract/group-ids.ts'

test('groups with the same hash stay apart', () => {
  const groups = new GroupIds(1, false)
  const find = (group: string) => {
    groups.bytes.set(Buffer.from(group))
    return groups.find(group.length)
  }
  // Of so many, about ten pairs share their 32 bits.
  const count = 300_000
  for (let i = 0; i < count; i++) assert.equal(find(`["${i.toString(36)}",${i}]`), i)
  for (let i = 0; i < count; i += 97) {
    assert.equal(find(`["${i.toString(36)}",${i}]`), i)
    assert.equal(groups.text(i), `["${i.toString(36)}",${i}]`)
  }
  groups.clear()
  assert.equal(groups.size, 0)
  assert.equal(find('["a"]'), 0)
})
