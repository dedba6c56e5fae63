import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure } from '../../src/core/errors.ts'
import { unready } from '../../src/ops/health.ts'
import type { Membership } from '../../src/port/log.ts'
import type { TransactionWork } from '../../src/port/transaction.ts'
import { RunReport } from '../../src/runtime/report.ts'
import { commitUntilDone } from '../../src/runtime/task-transactions.ts'

const work: TransactionWork = { appends: [], offset: { offset: 7, metadata: '' } }
const aborted = failure('transaction-aborted', { id: 'app-merge-0', problem: 'the broker failed' })
const fenced = failure('transaction-fenced', { id: 'app-merge-0', problem: 'PRODUCER_FENCED' })
const unseated = failure('group-lost', { group: 'app-merge', problem: 'ILLEGAL_GENERATION' })
const denied = failure('broker-denied', { request: 'Produce', problem: 'no', right: 'Write' })

/** A task whose commits fail with these, in order; the pauses between them pass at once. */
function task(faults: readonly unknown[], owned: readonly number[] = [3]) {
  const left = [...faults]
  const pauses: number[] = []
  const report = new RunReport()
  report.started = true
  let now = 0
  let commits = 0
  let asked = 0
  const reasons: (string | undefined)[] = []
  const membership: Pick<Membership, 'confirm'> = {
    confirm: async () => {
      asked++
      return owned
    }
  }
  const parts = {
    name: 'merge 3',
    partition: 3,
    membership: membership as Membership,
    transactions: {
      init: async () => undefined,
      commit: async () => {
        commits++
        reasons.push(unready(report, now))
        const fault = left.shift()
        if (fault !== undefined) throw fault
      },
      close: async () => {}
    },
    clock: {
      now: () => now,
      sleep: async (ms: number) => {
        pauses.push(ms)
        now += ms
      }
    },
    pending: report.pending
  }
  return { parts, pauses, report, reasons, commits: () => commits, asked: () => asked }
}

test('what was aborted is sent again, ever more slowly, until it counts', async () => {
  const { parts, pauses, commits, report } = task(Array.from({ length: 40 }, () => aborted))
  await commitUntilDone(parts, work)
  assert.equal(commits(), 41)
  assert.deepEqual(pauses.slice(0, 8), [50, 100, 200, 400, 800, 1_600, 2_000, 2_000])
  assert.equal(report.pending.longest(0), undefined)
})

test('a commit that does not get through for a minute makes the instance unready, and says why', async () => {
  const { parts, reasons, report } = task(Array.from({ length: 40 }, () => aborted))
  await commitUntilDone(parts, work)
  assert.equal(reasons[0], undefined)
  assert.equal(
    reasons.at(-1),
    'the commit of merge 3 has not got through for 1m 11s (a transaction of app-merge-0 was aborted, nothing of it counts (the broker failed))'
  )
  assert.equal(unready(report, 100_000), undefined)
})

test('a new seat may be enough, when the group says that the partition is still ours', async () => {
  const { parts, commits, asked } = task([unseated, unseated])
  await commitUntilDone(parts, work)
  assert.deepEqual([commits(), asked()], [3, 2])
})

test('a task that is lost is not tried again, and the group was asked', async () => {
  for (const [fault, owned] of [
    [unseated, []],
    [fenced, []],
    // The partition is ours: taking it over again begins with new transactions.
    [fenced, [3]]
  ] as const) {
    const { parts, commits, asked, report } = task([fault], owned)
    await assert.rejects(commitUntilDone(parts, work), { code: fault.code })
    assert.deepEqual([commits(), asked()], [1, 1])
    assert.equal(report.pending.longest(0), undefined)
  }
})

test('what a person has to cure is thrown at once', async () => {
  const { parts, asked } = task([denied])
  await assert.rejects(commitUntilDone(parts, work), { code: 'broker-denied' })
  assert.equal(asked(), 0)
})

test('the owner may give up on work that can never count', async () => {
  const { parts, commits } = task([aborted, aborted, aborted])
  const givesUp = (): boolean => commits() === 2
  await assert.rejects(commitUntilDone({ ...parts, givesUp }, work), {
    code: 'transaction-aborted'
  })
  assert.equal(commits(), 2)
})
