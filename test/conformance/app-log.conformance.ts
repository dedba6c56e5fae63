import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import type { AppLog, InRecord, LogName, LogReader, OutRecord } from '../../src/port/log.ts'

/** An app log with three partitions of partials and one of every other log, all of them empty. */
export interface AppLogUnderTest {
  readonly log: AppLog
  /** Resolves when the records are stored, in order, as far as a reader sees them. */
  append(log: LogName, partition: number, records: readonly OutRecord[]): Promise<void>
  close(): Promise<void>
}

const POLL_MS = 10_000
const bytes = (text: string) => Buffer.from(text)
const record = (key: string | null, value: string | null): OutRecord => ({
  key: key === null ? null : bytes(key),
  value: value === null ? null : bytes(value)
})
const text = (block: Uint8Array | null) => (block === null ? 'null' : Buffer.from(block).toString())
const shown = ({ key, value }: OutRecord) => `${text(key)}=${text(value)}`

/** Reads until `count` records are there, or the log has none for a long time. */
async function take(reader: LogReader, count: number): Promise<InRecord[]> {
  const taken: InRecord[] = []
  while (taken.length < count) {
    const more = await reader.poll(POLL_MS)
    if (more.length === 0) break
    taken.push(...more)
  }
  return taken
}

/** What every `AppLog` promises; each test uses records of its own and leaves the logs as they are. */
export function appLogConformance(name: string, open: () => Promise<AppLogUnderTest>): void {
  describe(`${name} is an app log`, () => {
    let opened: AppLogUnderTest
    let log: AppLog
    before(async () => {
      opened = await open()
      log = opened.log
    })
    after(() => opened.close())

    /** Stores in a partition and reads the same records back from where they begin. */
    async function roundTrip(
      to: LogName,
      partition: number,
      records: readonly OutRecord[]
    ): Promise<InRecord[]> {
      const { end } = await log.bounds(to, partition)
      await opened.append(to, partition, records)
      const reader = await log.read(to, partition, end)
      const taken = await take(reader, records.length)
      await reader.close()
      return taken
    }

    it('knows how many partitions each log has', () => {
      assert.equal(log.partitions('partials'), 3)
      for (const other of ['windows', 'counts', 'rejects', 'control'] as const) {
        assert.equal(log.partitions(other), 1)
      }
    })

    it('starts empty, from 0 to 0', async () => {
      assert.deepEqual(await log.bounds('control', 0), { start: 0, end: 0 })
      const reader = await log.read('control', 0, 'start')
      assert.deepEqual(await reader.poll(0), [])
      assert.equal(reader.position, 0)
      await reader.close()
    })

    it('gives records back in the order in which they were stored, with ascending offsets', async () => {
      const records = Array.from({ length: 250 }, (_, i) => record(`k${i % 7}`, `v${i}`))
      const { end } = await log.bounds('partials', 0)
      await opened.append('partials', 0, records.slice(0, 100))
      await opened.append('partials', 0, records.slice(100))
      const reader = await log.read('partials', 0, end)
      const taken = await take(reader, records.length)
      assert.deepEqual(taken.map(shown), records.map(shown))
      assert.ok(taken.every((each, i) => i === 0 || each.offset > taken[i - 1]!.offset))
      assert.equal(reader.position, (await log.bounds('partials', 0)).end)
      await reader.close()
    })

    it('reads from an offset in the middle', async () => {
      const taken = await roundTrip(
        'partials',
        2,
        ['a', 'b', 'c'].map(v => record('k', v))
      )
      const reader = await log.read('partials', 2, taken[1]!.offset)
      assert.deepEqual((await take(reader, 2)).map(shown), ['k=b', 'k=c'])
      await reader.close()
    })

    it('tells tombstones, empty values, empty keys and missing keys apart', async () => {
      const records = [record('k', null), record('k', ''), record('', 'v'), record(null, 'v')]
      assert.deepEqual((await roundTrip('partials', 0, records)).map(shown), records.map(shown))
    })

    it('keeps every byte of keys and values', async () => {
      const all = Uint8Array.from({ length: 256 }, (_, i) => i)
      const [taken] = await roundTrip('windows', 0, [{ key: all, value: all }])
      assert.deepEqual([...taken!.key!], [...all])
      assert.deepEqual([...taken!.value!], [...all])
    })

    it('reads what is larger than one batch, in order', async () => {
      const values = ['a', 'b', 'c', 'd'].map(each => each.repeat(700_000))
      const taken = await roundTrip(
        'windows',
        0,
        values.map(value => record('big', value))
      )
      assert.deepEqual(
        taken.map(each => `${each.value!.length} ${String.fromCharCode(each.value![0]!)}`),
        values.map(value => `${value.length} ${value[0]}`)
      )
    })

    it('gives out copies', async () => {
      const { end } = await log.bounds('counts', 0)
      await opened.append('counts', 0, [record('k', 'before')])
      const reader = await log.read('counts', 0, end)
      const [first] = await take(reader, 1)
      await opened.append('counts', 0, [record('k', 'after!')])
      await take(reader, 1)
      assert.equal(shown(first!), 'k=before')
      await reader.close()
      first!.value!.fill(0)
      const again = await log.read('counts', 0, end)
      assert.equal(shown((await take(again, 1))[0]!), 'k=before')
      await again.close()
    })

    it('ends a poll when something comes', async () => {
      const { end } = await log.bounds('counts', 0)
      const reader = await log.read('counts', 0, end)
      const polled = reader.poll(POLL_MS)
      await opened.append('counts', 0, [record('k', 'news')])
      assert.deepEqual((await polled).map(shown), ['k=news'])
      await reader.close()
    })

    it('ends a poll when it is woken, and goes on after that', async () => {
      const { end } = await log.bounds('counts', 0)
      const reader = await log.read('counts', 0, end)
      const started = performance.now()
      const polled = reader.poll(60_000)
      setImmediate(() => reader.wake())
      assert.deepEqual(await polled, [])
      assert.ok(performance.now() - started < 30_000)
      await opened.append('counts', 0, [record('k', 'later')])
      assert.deepEqual((await take(reader, 1)).map(shown), ['k=later'])
      await reader.close()
    })

    it('fails to be read when it is closed, also for who waits', async () => {
      const { end } = await log.bounds('counts', 0)
      const reader = await log.read('counts', 0, end)
      const polled = reader.poll(60_000)
      setImmediate(() => void reader.close())
      await assert.rejects(polled, { code: 'interrupted' })
      await assert.rejects(reader.poll(0), { code: 'interrupted' })
      await assert.rejects(reader.poll(60_000), { code: 'interrupted' })
    })

    it('has partitions that know nothing of each other', async () => {
      const ends = await Promise.all([0, 1, 2].map(p => log.bounds('partials', p)))
      const sends = [0, 1, 2].map(p => Array.from({ length: 50 }, (_, i) => record(`${p}`, `${i}`)))
      await Promise.all(sends.map((records, p) => opened.append('partials', p, records)))
      for (const [p, records] of sends.entries()) {
        const reader = await log.read('partials', p, ends[p]!.end)
        assert.deepEqual((await take(reader, 50)).map(shown), records.map(shown))
        await reader.close()
      }
    })

    it('deletes what lies before an offset, and nothing else', async () => {
      const taken = await roundTrip(
        'rejects',
        0,
        ['a', 'b', 'c'].map(v => record(null, v))
      )
      const kept = taken[2]!.offset
      await log.deleteBefore('rejects', 0, kept)
      assert.equal((await log.bounds('rejects', 0)).start, kept)
      const reader = await log.read('rejects', 0, 'start')
      assert.deepEqual((await take(reader, 1)).map(shown), ['null=c'])
      await reader.close()
      await log.deleteBefore('rejects', 0, taken[0]!.offset)
      assert.equal((await log.bounds('rejects', 0)).start, kept)
    })

    it('names the loss when the offset asked for is deleted', async () => {
      const taken = await roundTrip(
        'rejects',
        0,
        ['x', 'y'].map(v => record(null, v))
      )
      await log.deleteBefore('rejects', 0, taken[1]!.offset)
      await assert.rejects(
        async () => {
          const reader = await log.read('rejects', 0, taken[0]!.offset)
          try {
            await reader.poll(POLL_MS)
          } finally {
            await reader.close()
          }
        },
        error => isFailure(error, 'offset-gone')
      )
    })
  })
}
