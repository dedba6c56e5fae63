import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AppView } from '../../src/cli/app/app-view.ts'
import { printStatus } from '../../src/cli/app/status-printer.ts'
import { statusOf } from '../../src/cli/app/status-view.ts'
import type { Terminal } from '../../src/cli/terminal.ts'

const plain = { style: (_: string, text: string) => text } as unknown as Terminal

type Input = AppView['input'][number]

function input(partition: number, more: Partial<Input> = {}): Input {
  return {
    topic: 'events',
    partition,
    committed: 5,
    marked: 5,
    end: 7,
    lag: 2,
    clock: '2026-01-01T00:00:00.000Z',
    behindMs: 0,
    state: 'behind',
    markedAt: '2026-01-01T00:00:01.000Z',
    owner: 'a',
    trouble: null,
    situation: 'behind',
    ...more
  }
}

function view(inputs: readonly Input[], more: Partial<AppView> = {}): AppView {
  const holder = { topic: 'events', partition: 0, reason: 'behind', others: 0 } as const
  return {
    app: 'users',
    running: true,
    record: {} as AppView['record'],
    topics: [],
    input: inputs,
    tasks: [
      {
        partition: 0,
        position: 1,
        end: 1,
        lag: 0,
        commit: 1,
        watermark: null,
        stateBytes: 2_048,
        owner: 'a'
      }
    ],
    watermark: {
      time: '2026-01-01T00:00:00.000Z',
      holder: { ...holder, clock: null, owner: 'a' },
      explanation: 'held by events partition 0'
    },
    groups: [],
    ...more
  }
}

const MAX_HOLD = 600_000

test('an app whose partitions all have an owner and no trouble is well', () => {
  const status = statusOf(view([input(0), input(1, { situation: 'idle' })]), MAX_HOLD)
  assert.deepEqual([status.healthy, status.troubles, status.notes], [true, [], []])
})

test('what somebody should look at is named, each once', () => {
  const gap = 'a flush from 9 does not go on at 5'
  const status = statusOf(
    view([
      input(0, { trouble: gap, situation: 'silent' }),
      input(1, { situation: 'unowned', owner: null }),
      input(2, { situation: 'silent', owner: 'b' })
    ]),
    MAX_HOLD
  )
  assert.equal(status.healthy, false)
  assert.deepEqual(status.troubles, [
    `events partition 0: ${gap}`,
    'events partition 1: nobody reads it',
    'events partition 2: b has said nothing for a while'
  ])
})

test('of a stopped app only that is said, and what is wrong with its positions', () => {
  const nobody = { situation: 'unowned', owner: null } as const
  const tasks = view([]).tasks.map(task => ({ ...task, owner: null }))
  const status = statusOf(view([input(0, nobody)], { running: false, tasks }), MAX_HOLD)
  assert.equal(status.troubles.length, 1)
  assert.match(status.troubles[0]!, /no instance is running/)
})

test('partitions that wait, and those that nothing waits for, are notes', () => {
  const { healthy, notes } = statusOf(
    view([
      input(0),
      input(1, { situation: 'paused' }),
      input(2, { situation: 'paused' }),
      input(3, { situation: 'left-out' })
    ]),
    MAX_HOLD
  )
  assert.equal(healthy, true)
  assert.match(notes[0]!, /^events 1, events 2 are ahead of the slowest by more than --max-skew/)
  assert.match(notes[1]!, /^events 3 is at the end and more than --max-hold \(10m\) behind/)
})

test('for people: who holds the watermark, every partition, every task', () => {
  const status = statusOf(
    view([input(0), input(1, { situation: 'paused', clock: null })]),
    MAX_HOLD
  )
  const text = printStatus(status, 'table', plain)
  assert.match(
    text,
    /^users {2}running\nwatermark 2026-01-01T00:00:00.000Z: held by events partition 0\n/
  )
  assert.match(text, /events +0 +behind +yes +2026/)
  assert.match(text, /events +1 +paused +– /)
  assert.match(text, /\n *0 +– +0 +2\.0 kB +a\n/)
  assert.match(
    printStatus(status, 'csv', plain),
    /^input,partition,state,holds,time,behind,lag,owner\r\n/
  )
})
