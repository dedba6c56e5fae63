import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { backoffMs } from '../../src/kafka/connection/backoff.ts'
import { Outage } from '../../src/kafka/connection/outage.ts'

function watched(): { outage: Outage; lines: string[] } {
  const lines: string[] = []
  const outage = new Outage(
    line => lines.push(line),
    ms => lines.push(`over after ${ms}`)
  )
  return { outage, lines }
}

describe('an outage', () => {
  it('is not worth a line when it is short', () => {
    const { outage, lines } = watched()
    outage.failed('a', 'gone', 0)
    outage.failed('a', 'gone', 900)
    outage.succeeded('a', 950)
    assert.deepEqual(lines, [])
  })

  it('is told once, again while it goes on, and when it is over', () => {
    const { outage, lines } = watched()
    for (const now of [0, 1_000, 2_000, 30_000, 31_000]) outage.failed('a', 'gone', now)
    outage.succeeded('a', 40_000)
    assert.deepEqual(lines, ['gone; trying for 1s', 'gone; trying for 31s', 'over after 40000'])
  })

  it('is over only when everything that failed works again', () => {
    const { outage, lines } = watched()
    outage.failed('a', 'gone', 0)
    outage.failed('b', 'gone', 1_500)
    outage.succeeded('a', 2_000)
    assert.equal(lines.length, 1)
    outage.succeeded('b', 3_000)
    assert.equal(lines.at(-1), 'over after 3000')
  })

  it('does not wait for what is not tried any more', () => {
    const { outage, lines } = watched()
    outage.failed('a', 'gone', 0)
    outage.failed('b', 'gone', 1_500)
    outage.dropped('a')
    outage.succeeded('b', 3_000)
    assert.equal(lines.at(-1), 'over after 3000')
    outage.failed('a', 'gone', 4_000)
    outage.failed('a', 'gone', 6_000)
    outage.dropped('a')
    assert.equal(lines.at(-1), 'gone; trying for 2s')
    outage.failed('b', 'gone', 60_000)
    assert.equal(lines.length, 3)
  })

  it('starts a clock of its own each time', () => {
    const { outage, lines } = watched()
    outage.failed('a', 'gone', 0)
    outage.succeeded('a', 10)
    outage.failed('a', 'gone', 50_000)
    assert.deepEqual(lines, [])
  })
})

describe('the pause between attempts', () => {
  it('doubles, is spread, and is bounded', () => {
    assert.equal(backoffMs(1, 0), 25)
    assert.equal(backoffMs(1, 1), 50)
    assert.equal(backoffMs(3, 1), 200)
    assert.equal(backoffMs(1_000_000, 1), 2_000)
  })
})
