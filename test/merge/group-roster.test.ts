import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TOTAL_GROUP } from '../../src/combine/group.ts'
import { GroupRoster } from '../../src/merge/group-roster.ts'
import { HOUR, MergerRun, MINUTE, WAIT } from './merger-run.ts'

const START = Date.UTC(2026, 0, 1)

test('first come: a group beyond the bound goes to other, a known one stays itself', () => {
  const roster = new GroupRoster(2, 3)
  for (const group of ['["a"]', '["b"]']) {
    assert.equal(roster.admit(group), group)
    roster.add(group)
  }
  assert.equal(roster.admit('["c"]'), '{"other":3}')
  assert.equal(roster.admit('["a"]'), '["a"]')
  assert.deepEqual([roster.size, roster.overflow], [2, 1])
})

test('the total and other take up no room and are never turned away', () => {
  const roster = new GroupRoster(1, 3)
  for (const group of [TOTAL_GROUP, '{"other":3}']) {
    assert.equal(roster.admit(group), group)
    roster.add(group)
  }
  assert.equal(roster.admit('["a"]'), '["a"]')
  roster.add('["a"]')
  assert.equal(roster.admit(TOTAL_GROUP), TOTAL_GROUP)
  assert.deepEqual([roster.size, roster.overflow], [1, 0])
})

test('a group leaves with its last window and frees its room', () => {
  const roster = new GroupRoster(1, 0)
  roster.add('["a"]')
  roster.add('["a"]')
  roster.remove('["a"]')
  assert.equal(roster.admit('["b"]'), '{"other":0}')
  roster.remove('["a"]')
  assert.equal(roster.admit('["b"]'), '["b"]')
})

function grouped(maxGroups: number): MergerRun {
  const keep = { '1m': 2 * HOUR }
  return new MergerRun({ sizes: ['1m'], keep, maxGroups, provisional: 'never', memoryBytes: 1 })
}

test('what overflows is united in other, and a purged group makes room, also after a restart', () => {
  for (const restart of [false, true]) {
    const task = grouped(1)
    task.partial({ at: START, users: [1], group: '["a"]' })
    task.partial({ at: START, users: [1, 2], group: '["b"]' })
    task.partial({ at: START, users: [2, 3], group: '["c"]' })
    task.mark(START + MINUTE + WAIT)
    const said = task.commit().map(({ key, record }) => `${key} ${record.uniques}/${record.frames}`)
    assert.deepEqual(said.sort(), [
      '1m|2026-01-01T00:00:00Z|["a"] 1/1',
      '1m|2026-01-01T00:00:00Z|{"other":0} 3/4'
    ])
    if (restart) task.restart()
    task.partial({ at: START + HOUR, users: [4], group: '["b"]' })
    task.mark(START + HOUR + MINUTE + WAIT)
    assert.match(task.commit()[0]!.key, /\{"other":0\}$/)
    task.mark(START + 4 * HOUR + WAIT)
    task.commit()
    if (restart) task.restart()
    assert.equal(task.merger.roster.size, 0)
    task.partial({ at: START + 5 * HOUR, users: [5], group: '["b"]' })
    task.mark(START + 5 * HOUR + MINUTE + WAIT)
    assert.match(task.commit()[0]!.key, /\["b"\]$/)
  }
})
