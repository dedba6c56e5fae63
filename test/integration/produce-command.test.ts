import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { systemClock } from '../../src/host/system-clock.ts'
import { Producer } from '../../src/kafka/produce/producer.ts'
import { ended, freshFolder, headcount, startHeadcount } from '../cli/child.ts'
import { developmentBroker } from './dev-broker.ts'
import { Scratch } from './scratch.ts'

const broker = await developmentBroker()

describe('generate, produce and consume', { skip: broker === undefined }, () => {
  let scratch: Scratch
  const folder = freshFolder()
  const surroundings = { folder: folder.path, env: { HEADCOUNT_BROKERS: broker?.bootstrap ?? '' } }
  before(async () => {
    scratch = await Scratch.open(broker!.bootstrap)
  })
  after(async () => {
    await scratch.close()
    folder[Symbol.dispose]()
  })

  const run = (...args: string[]) => headcount(args, surroundings)
  const linesOf = (text: string) => text.split('\n').slice(0, -1)

  it('come round byte for byte, in order within each key and partition', async () => {
    const { name } = await scratch.topic('round', 3)
    const made = ['-n', '3000', '--shape', 'mixed', '--users', '50', '-o', 'frames.jsonl']
    assert.equal((await run('generate', ...made)).status, 0)
    const frames = readFileSync(join(folder.path, 'frames.jsonl'), 'utf8')
    const child = startHeadcount(['produce', '-t', name, '-k', 'uid', '-z', 'zstd'], surroundings)
    child.stdin.end(frames)
    const { status, stderr } = await ended(child)
    assert.equal(status, 0, stderr)
    assert.match(stderr, /^sent 3000 frames, .* to round-.*\n$/)
    const { stdout } = await run('consume', '-t', name, '-e', '-f', '%p\\x1f%k\\x1f%v\\n')
    const rows = linesOf(stdout).map(line => line.split('\x1f') as [string, string, string])
    assert.deepEqual(rows.map(([, , value]) => value).sort(), linesOf(frames).sort())
    for (const partition of ['0', '1', '2']) {
      const here = rows.filter(row => row[0] === partition)
      const keys = new Set(here.map(row => row[1]))
      const expected = linesOf(frames).filter(frame => keys.has(JSON.parse(frame).uid))
      assert.ok(here.length > 100)
      assert.deepEqual(
        here.map(row => row[2]),
        expected
      )
    }
  })

  it('read .gz and .zst, and keep bad lines beside the input', async () => {
    const { name } = await scratch.topic('packed')
    writeFileSync(join(folder.path, 'a.jsonl.gz'), gzipSync('{"a":1}\nbad\n{"a":2}'))
    writeFileSync(join(folder.path, 'b.jsonl.zst'), zstdCompressSync('{"a":3}\n'))
    const { stderr } = await run('produce', '-t', name, 'a.jsonl.gz', 'b.jsonl.zst')
    assert.match(
      stderr,
      /^sent 3 frames.*1 rejected \(bad-json 1\), kept in .*a\.jsonl\.gz\.rejects\.jsonl/
    )
    const rejects = readFileSync(join(folder.path, 'a.jsonl.gz.rejects.jsonl'), 'utf8')
    const { source: _, ...reject } = JSON.parse(rejects)
    assert.deepEqual(reject, { partition: 0, offset: 1, reason: 'bad-json', frame: 'bad' })
    assert.equal((await run('consume', '-t', name, '-e')).stdout, '{"a":1}\n{"a":2}\n{"a":3}\n')
    const again = await run('produce', '-t', name, '--skip', '3', 'a.jsonl.gz', 'b.jsonl.zst')
    assert.match(again.stderr, /^sent 1 frames/)
  })

  it('choose what is read: offsets, times, the last, a limit', async () => {
    const { name } = await scratch.topic('range')
    const producer = await Producer.open(scratch.cluster, {
      topic: name,
      clock: systemClock,
      random: Math.random
    })
    const base = Date.UTC(2020, 0, 1)
    for (let i = 0; i < 100; i++) producer.send(0, null, Buffer.from(`v${i}`), base + i * 1_000)
    await producer.flush()
    producer.close()
    const read = async (...args: string[]) => {
      const { status, stdout, stderr } = await run('consume', '-t', name, '-e', ...args)
      assert.equal(status, 0, stderr)
      const [first, last] = [linesOf(stdout)[0], linesOf(stdout).at(-1)]
      return [linesOf(stdout).length, first, last]
    }
    assert.deepEqual(await read(), [100, 'v0', 'v99'])
    assert.deepEqual(await read('--from', '90'), [10, 'v90', 'v99'])
    assert.deepEqual(await read('--from', '@2020-01-01T00:00:30Z'), [70, 'v30', 'v99'])
    assert.deepEqual(await read('--from', `@${base + 99_500}`), [0, undefined, undefined])
    assert.deepEqual(await read('--from', '10', '--to', '12'), [2, 'v10', 'v11'])
    assert.deepEqual(await read('--to', '@2020-01-01T00:00:02Z'), [2, 'v0', 'v1'])
    assert.deepEqual(await read('--last', '3'), [3, 'v97', 'v99'])
    assert.deepEqual(await read('--limit', '5'), [5, 'v0', 'v4'])
    assert.deepEqual(await read('--from', 'latest'), [0, undefined, undefined])
  })

  it('go on where the group stopped, and without a group store nothing', async () => {
    const { name } = await scratch.topic('shared')
    const group = scratch.name('group')
    writeFileSync(join(folder.path, 's.jsonl'), '{"a":1}\n{"a":2}\n{"a":3}\n')
    await run('produce', '-t', name, 's.jsonl')
    const read = async (...args: string[]) =>
      (await run('consume', '-t', name, '-e', ...args)).stdout
    assert.equal(await read('-g', group, '-n', '2'), '{"a":1}\n{"a":2}\n')
    assert.equal(await read('-g', group), '{"a":3}\n')
    assert.equal(await read('-g', group), '')
    assert.equal((await read()).length, 24)
  })

  it('leave a topic that can be measured with, and that is only read by it', async () => {
    const { name } = await scratch.topic('measured', 2)
    const frames = Array.from(
      { length: 500 },
      (_, i) => `{"ts":${1_468_244_400 + i},"uid":"u${i}"}`
    )
    writeFileSync(join(folder.path, 'm.jsonl'), frames.join('\n'))
    await run('produce', '-t', name, '-k', 'uid', '-z', 'lz4', 'm.jsonl')
    const measured = await run('bench', '-t', name, '-k', 'uid')
    assert.deepEqual([measured.status, measured.stderr], [0, ''])
    const [sample, ...rows] = linesOf(measured.stdout).map(line => JSON.parse(line))
    const { name: topic, counted, partitions } = sample
    assert.deepEqual([topic, counted, partitions], [name, 500, 2])
    assert.deepEqual(
      rows.slice(0, 3).map(({ stage }) => stage),
      ['crc', 'decompress', 'extract']
    )
    const none = await run('bench', '-t', name, '-k', 'uid', '--from', '@2100-01-01T00:00Z')
    assert.deepEqual([none.status, none.stdout], [1, ''])
    assert.match(none.stderr, /no frames in measured.*\[sample-empty]/)
    assert.match((await run('bench', '-t', 'gone', '-k', 'uid')).stderr, /\[topic-missing]/)
    // Neither a group nor a topic of an app came of it.
    const topics = (await run('topic', 'list')).stdout
    assert.deepEqual(linesOf(topics).filter(line => line.includes(name)).length, 1)
  })

  it('end cleanly at Ctrl-C', async () => {
    const { name } = await scratch.topic('stopped')
    const consumer = startHeadcount(['consume', '-t', name], surroundings)
    const consumed = ended(consumer)
    const producer = startHeadcount(['produce', '-t', name, '--linger', '1ms'], surroundings)
    let notes = ''
    producer.stderr.setEncoding('utf8').on('data', text => {
      notes += text
    })
    producer.stdin.write('{"a":1}\n')
    await new Promise(resolve => consumer.stdout.once('data', resolve))
    consumer.kill('SIGINT')
    assert.deepEqual(await consumed, { status: 130, stdout: '{"a":1}\n', ...quiet })
    const closed = new Promise(resolve => producer.once('close', resolve))
    producer.kill('SIGINT')
    assert.equal(await closed, 130)
    assert.match(notes, /interrupted: 1 frames are in .*, the next one is frame 1 .*\n.*--skip 1/)
  })
})

const quiet = { stderr: '', all: '{"a":1}\n' }
