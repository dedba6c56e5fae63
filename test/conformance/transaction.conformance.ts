import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import type { AppLog, LogName, OutRecord, Seat } from '../../src/port/log.ts'
import type { Transactional } from '../../src/port/transaction.ts'

/** One task of an app, under a transactional id and with an input partition of its own. */
export interface TaskUnderTest {
  /** Another instance of the task, as in another process. */
  instance(): Transactional
  /** What the instances answer when they are asked for their seat; at first a valid one. */
  seat: Seat | undefined
}

/** An app log with two partitions of partials and one of every other log. */
export interface TransactionsUnderTest {
  readonly log: AppLog
  task(): TaskUnderTest
  close(): Promise<void>
}

const POLL_MS = 5_000
const offset = (at: number, metadata = '') => ({ offset: at, metadata })

/** What every `Transactional` promises, on logs that many tasks write to. */
export function transactionConformance(
  name: string,
  open: () => Promise<TransactionsUnderTest>
): void {
  describe(`${name} are transactions`, () => {
    let opened: TransactionsUnderTest
    let tasks = 0
    before(async () => {
      opened = await open()
    })
    after(() => opened.close())

    /** A task, and records that nobody else writes. */
    function setUp() {
      const task = opened.task()
      const mine = `task ${tasks++}`
      const record = (value: string): OutRecord => ({
        key: Buffer.from(mine),
        value: Buffer.from(value)
      })
      const append = (log: LogName, partition: number, ...values: string[]) => ({
        log,
        partition,
        records: values.map(record)
      })
      /** What a reader sees of the task when nothing of it is open any more; fences its instances. */
      const seen = async (log: LogName, partition: number): Promise<string[]> => {
        await task.instance().init()
        const { end } = await opened.log.bounds(log, partition)
        const reader = await opened.log.read(log, partition, 'start')
        const values: string[] = []
        while (reader.position < end) {
          for (const { key, value } of await reader.poll(POLL_MS)) {
            if (String(key && Buffer.from(key)) === mine) values.push(String(Buffer.from(value!)))
          }
        }
        await reader.close()
        return values
      }
      return { task, append, seen }
    }

    it('find no offset where none was stored', async () => {
      const { task } = setUp()
      assert.equal(await task.instance().init(), undefined)
    })

    it('store records of several logs and the offset with its metadata', async () => {
      const { task, append, seen } = setUp()
      const first = task.instance()
      await first.init()
      await first.commit({
        appends: [
          append('partials', 0, 'a', 'b'),
          append('partials', 1, 'c'),
          append('rejects', 0, 'r'),
          append('partials', 0, 'd')
        ],
        offset: offset(42, 'AQEB')
      })
      const stored = await task.instance().init()
      assert.deepEqual([stored?.offset, stored?.metadata], [42, 'AQEB'])
      assert.deepEqual(await seen('partials', 0), ['a', 'b', 'd'])
      assert.deepEqual(await seen('partials', 1), ['c'])
      assert.deepEqual(await seen('rejects', 0), ['r'])
    })

    it('follow each other in order, with and without records and offsets', async () => {
      const { task, append, seen } = setUp()
      const mine = task.instance()
      await mine.init()
      const expected: string[] = []
      for (let i = 0; i < 10; i++) {
        expected.push(`${i}`)
        await mine.commit({ appends: [append('windows', 0, `${i}`)], offset: offset(i) })
      }
      await mine.commit({ appends: [append('windows', 0, 'no offset')] })
      await mine.commit({ appends: [append('windows', 0)], offset: offset(100) })
      assert.equal((await task.instance().init())?.offset, 100)
      assert.deepEqual(await seen('windows', 0), [...expected, 'no offset'])
    })

    it('do nothing without work', async () => {
      const { task, append, seen } = setUp()
      const mine = task.instance()
      // Not even the take-over is needed, so nobody was asked.
      await mine.commit({ appends: [] })
      await mine.commit({ appends: [append('windows', 0), append('counts', 0)] })
      assert.deepEqual(await seen('windows', 0), [])
    })

    it('take more than fits in one batch, in order', async () => {
      const { task, append, seen } = setUp()
      const mine = task.instance()
      await mine.init()
      const values = ['a', 'b', 'c', 'd'].map(each => each.repeat(600_000))
      await mine.commit({ appends: [append('windows', 0, ...values)], offset: offset(1) })
      const sizes = (await seen('windows', 0)).map(each => `${each.length} ${each[0]}`)
      assert.deepEqual(
        sizes,
        values.map(each => `${each.length} ${each[0]}`)
      )
    })

    it('are fenced by a successor: nothing of the predecessor counts any more', async () => {
      const { task, append, seen } = setUp()
      const old = task.instance()
      await old.init()
      await old.commit({ appends: [append('partials', 0, 'old')], offset: offset(1) })
      const successor = task.instance()
      assert.equal((await successor.init())?.offset, 1)
      for (const at of [undefined, offset(7)]) {
        await assert.rejects(
          async () => {
            await old.init()
            await successor.init()
            const work = { appends: [append('partials', 0, 'zombie')] }
            await old.commit(at === undefined ? work : { ...work, offset: at })
          },
          error => isFailure(error, 'transaction-fenced')
        )
      }
      await successor.commit({ appends: [append('partials', 0, 'new')], offset: offset(2) })
      assert.equal((await task.instance().init())?.offset, 2)
      assert.deepEqual(await seen('partials', 0), ['old', 'new'])
    })

    it('let a fenced instance come back by a new take-over', async () => {
      const { task, append, seen } = setUp()
      const [left, right] = [task.instance(), task.instance()]
      await left.init()
      await right.init()
      const work = { appends: [append('counts', 0, 'left')], offset: offset(1) }
      await assert.rejects(left.commit(work), { code: 'transaction-fenced' })
      await left.init()
      await left.commit(work)
      await assert.rejects(right.commit(work), { code: 'transaction-fenced' })
      assert.deepEqual(await seen('counts', 0), ['left'])
    })

    it('store nothing for who has no seat, and go on when it is back', async () => {
      const { task, append, seen } = setUp()
      const mine = task.instance()
      await mine.init()
      const { seat } = task
      const commit = (value: string, at: number) =>
        mine.commit({ appends: [append('counts', 0, value)], offset: offset(at) })
      task.seat = undefined
      await assert.rejects(commit('unseated', 5), { code: 'group-lost' })
      task.seat = seat
      await commit('seated', 6)
      assert.equal((await task.instance().init())?.offset, 6)
      assert.deepEqual(await seen('counts', 0), ['seated'])
    })

    it('refuse a seat that fences nobody', async () => {
      const { task, append, seen } = setUp()
      const mine = task.instance()
      await mine.init()
      for (const seat of [
        { memberId: '', generation: 1 },
        { memberId: 'somebody', generation: -1 }
      ]) {
        task.seat = seat
        const work = { appends: [append('counts', 0, 'nobody')], offset: offset(5) }
        await assert.rejects(mine.commit(work), /broken invariant: a commit names its generation/)
      }
      assert.deepEqual(await seen('counts', 0), [])
    })

    it('are one at a time', async () => {
      const { task, append, seen } = setUp()
      const mine = task.instance()
      await mine.init()
      const first = mine.commit({ appends: [append('counts', 0, 'first')] })
      const second = mine.commit({ appends: [append('counts', 0, 'second')] })
      await assert.rejects(second, /broken invariant: a task has one transaction/)
      await first
      assert.deepEqual(await seen('counts', 0), ['first'])
    })

    it('are over after close', async () => {
      const { task, append } = setUp()
      const mine = task.instance()
      await mine.init()
      await mine.close()
      const work = { appends: [append('counts', 0, 'late')] }
      await assert.rejects(mine.commit(work), { code: 'interrupted' })
    })
  })
}
