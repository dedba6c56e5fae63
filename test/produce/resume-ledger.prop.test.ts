import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ResumeLedger } from '../../src/produce/resume-ledger.ts'

test('a position is the line of the first send that is not acked', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 1_000 }),
      fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 3 })), { maxLength: 60 }),
      (skip, lines) => {
        const ledger = new ResumeLedger()
        const lineOf: number[] = []
        let acked = 0
        let line = skip
        for (const [sent, acks] of lines) {
          if (sent) {
            lineOf.push(line)
            ledger.record(line)
          }
          line++
          acked = Math.min(acked + acks, lineOf.length)
          assert.equal(ledger.position(acked, line), lineOf[acked] ?? line)
          ledger.prune(acked)
          assert.equal(ledger.position(acked, line), lineOf[acked] ?? line)
          assert.ok(ledger.size <= lineOf.length - acked + 1)
        }
      }
    )
  )
})

test('lines without gaps cost nothing', () => {
  const ledger = new ResumeLedger()
  for (let line = 0; line < 10_000; line++) ledger.record(line)
  assert.equal(ledger.size, 1)
  assert.equal(ledger.position(7_000, 10_000), 7_000)
})
