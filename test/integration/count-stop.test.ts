import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { captureTool } from '../../src/broker/index.ts'
import { isFailure } from '../../src/core/errors.ts'
import { count, kafkaSource } from '../../src/index.ts'
import { CountingPlace } from './counting.ts'
import { ownBroker } from './dev-broker.ts'
import { Transactions } from './foreign-producer.ts'

const broker = await ownBroker()

/** The only segment of partition 0 in a broker's folder. */
function segmentOf(folder: string, topic: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const segment = found.find(path => path.endsWith(`${topic}-0/00000000000000000000.log`))
  assert.ok(segment, `a log of ${topic} in ${folder}`)
  return join(folder, segment)
}

/** Changes a byte of the batch that holds an offset, as a failing disk does; returns its offsets. */
function damageLog(path: string, offset: number): { base: number; next: number } {
  const bytes = readFileSync(path)
  for (let at = 0; ; ) {
    const base = Number(bytes.readBigInt64BE(at))
    const next = base + bytes.readInt32BE(at + 23) + 1
    const behind = at + 12 + bytes.readInt32BE(at + 8)
    if (next > offset) {
      bytes[behind - 20]! ^= 0x10
      writeFileSync(path, bytes)
      return { base, next }
    }
    at = behind
  }
}

/** Cuts a log behind the last whole batch before an offset, as a disk does that lost writes. */
function cutLog(path: string, before: number): number {
  const bytes = readFileSync(path)
  let at = 0
  let offset = 0
  for (;;) {
    // RecordBatch v2: base offset 8, length 4, …, last offset delta 4 at 23.
    const next = Number(bytes.readBigInt64BE(at)) + bytes.readInt32BE(at + 23) + 1
    if (next > before) break
    offset = next
    at += 12 + bytes.readInt32BE(at + 8)
  }
  truncateSync(path, at)
  return offset
}

describe('a count whose broker goes away', { skip: broker ? false : 'no broker' }, () => {
  let place: CountingPlace
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
    await place.run('generate', '-n', '5k', '--shape', 'small', '-o', 'frames.jsonl')
  })
  after(async () => {
    await place.close().catch(() => undefined)
    await broker?.stop()
  })

  it('hands an error of stage 2 to who iterates, while frames still flow', async () => {
    const { topic, app } = await place.topic(1)
    await place.run('produce', '-t', topic, '-k', 'uid', 'frames.jsonl')
    const brokers = [place.bootstrap]
    const run = count({
      source: kafkaSource({ brokers, topic, app, sessionMs: 6_000 }),
      key: 'uid',
      windows: ['1m'],
      flushEvery: 50,
      emitEvery: 50
    })
    const failed = assert.rejects(
      async () => {
        for await (const _ of run) {
          const foreign = place.start(['produce', '-t', `${app}-partials`])
          foreign.stdin.end('{"not":"ours"}\n')
          await once(foreign, 'close')
        }
      },
      error => isFailure(error, 'app-record-foreign')
    )
    await failed
  })

  it('ends at Ctrl-C all the same, and says what is not stored', async () => {
    const { topic, app } = await place.topic(1)
    await place.run('produce', '-t', topic, '-k', 'uid', 'frames.jsonl')
    const session = ['--group-session-timeout', '6s']
    const args = ['-t', topic, '-k', 'uid', '--app', app, '--format', 'jsonl', ...session]
    // It never flushes by itself: at the stop there is something that cannot be stored.
    const counting = place.start(['count', ...args, '--flush-every', '3s'])
    let stderr = ''
    counting.stderr.setEncoding('utf8').on('data', text => {
      stderr += text
    })
    await once(counting.stdout, 'data')
    const more = place.start(['produce', '-t', topic, '-k', 'uid', 'frames.jsonl'])
    await once(more, 'close')
    await broker!.kill()
    counting.kill('SIGINT')
    const [status] = await once(counting, 'close')
    assert.equal(status, 130, stderr)
    assert.match(
      stderr,
      /interrupted: the brokers are away; .* read again by the next start \[interrupted]/
    )
    await broker!.revive()
    await place.run('count', ...args, '-e')
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    const frames = stdout
      .trim()
      .split('\n')
      .reduce((sum, line) => sum + JSON.parse(line).frames, 0)
    assert.ok(frames >= 10_000, `${frames} frames`)
  })

  it('notices a log that came back shorter, although it has grown again since, and goes on if told to', async () => {
    const { topic, app } = await place.topic(1)
    const produce = () => place.run('produce', '-t', topic, '-k', 'uid', 'frames.jsonl')
    await produce()
    const args = ['-t', topic, '-k', 'uid', '--app', app, '--format', 'jsonl', '-e']
    await place.run('count', ...args)
    await broker!.kill()
    const kept = cutLog(segmentOf(broker!.folder, topic), 3_500)
    await broker!.revive()
    // Offsets from the cut on are taken by other frames now; only their leader epoch tells.
    await produce()
    const stderr = await place.refuse('count', ...args)
    const lost = 5_000 - kept
    const line = `cut at offset ${kept}, .*: ${lost} records before 5000 were read`
    assert.match(stderr, new RegExp(`${line}.*\\[log-cut]\n.*--on-input-loss continue`, 's'))
    const done = await place.run('count', ...args, '--on-input-loss', 'continue')
    assert.match(done.stderr, new RegExp(`goes on at offset ${kept}`))
    assert.match(done.stderr, /5000 counted/)
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    const results = stdout
      .trim()
      .split('\n')
      .map(each => JSON.parse(each))
    assert.equal(results.at(-1).lost, lost)
  })

  it('stops at a damaged batch by name, and leaves it out if told to: it is lost in the results too', async () => {
    const { topic, app } = await place.topic(1)
    const produce = ['produce', '-t', topic, '-k', 'uid', '--compression', 'none']
    await place.run(...produce, '--batch-bytes', '20KiB', 'frames.jsonl')
    const { base, next } = damageLog(segmentOf(broker!.folder, topic), 2_500)
    assert.ok(base > 0 && next < 5_000, `offsets ${base} to ${next}`)
    const args = ['-t', topic, '-k', 'uid', '--app', app, '--format', 'jsonl', '-e']
    const stderr = await place.refuse('count', ...args)
    const line = `${topic} partition 0 at offset ${base}: its checksum is wrong`
    assert.match(stderr, new RegExp(`${line}.*\\[batch-corrupt].*--on-corrupt-batch skip`, 's'))
    const done = await place.run('count', ...args, '--on-corrupt-batch', 'skip')
    assert.match(done.stderr, new RegExp(`${line}; .* goes on at offset ${next}`))
    // What is before it was counted when it was met first.
    assert.match(done.stderr, new RegExp(`${5_000 - next} counted, ${next - base} lost`))
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    const results = stdout
      .trim()
      .split('\n')
      .map(each => JSON.parse(each))
    assert.equal(results.at(-1).lost, next - base)
    // Whoever compares no checksums gets every record, right or wrong.
    const all = await place.run('consume', '-t', topic, '-e', '--check-crcs=false')
    assert.equal(all.stdout.trim().split('\n').length, 5_000)
  })

  it('sees of a compacted topic with commits, aborts and interleaved producers what the console consumer sees', async () => {
    const { cluster } = place.scratch
    const { name } = await place.scratch.topic('compacted', 1, {
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.01'
    })
    const [first, second] = [new Transactions(cluster, name), new Transactions(cluster, name)]
    await Promise.all([first.begin(), second.begin()])
    const rounds = 3
    for (let round = 0; round < rounds; round++) {
      await first.send(`a${round}`, `b${round}`, `c${round}`)
      await second.send(`d${round}`, `e${round}`)
      await first.end(round === 1)
      await first.send(`f${round}`)
      await second.end(round < 2)
      await first.end(true)
    }
    // What is compacted is a segment that is not written to any more: something has to come behind it.
    const all = (args: string[] = []) =>
      place.run('consume', '-t', name, '-e', '-f', '%o=%v\\n', ...args)
    const count = async () =>
      (await all(['--isolation', 'uncommitted'])).stdout.trim().split('\n').length
    const sent = rounds * 6
    const until = performance.now() + 60_000
    do {
      assert.ok(performance.now() < until, 'nothing was compacted within a minute')
      await first.send('g0')
      await first.end(true)
    } while ((await count()) >= sent)
    // The cleaner may come by again between the two: then both look once more.
    for (let look = 0; ; look++) {
      const ours = (await all()).stdout.trim().split('\n')
      assert.match(ours.at(-1)!, /=g/)
      const theirs = await committedOf(broker!.folder, name, ours.length)
      if (look < 5 && (await all()).stdout.trim().split('\n').length < ours.length) continue
      assert.deepEqual(ours, theirs)
      break
    }
  })
})

/** So many records, as the console consumer sees them read committed. */
async function committedOf(folder: string, topic: string, records: number): Promise<string[]> {
  const { stdout } = await captureTool({
    machine: process,
    folder,
    tool: 'kafka-console-consumer',
    args: [
      ...['--topic', topic, '--from-beginning', '--isolation-level', 'read_committed'],
      ...['--timeout-ms', '15000', '--formatter-property', 'print.offset=true'],
      // The last one is the last that is committed: more cannot follow.
      ...['--max-messages', String(records)]
    ]
  })
  const lines = stdout.trim().split('\n')
  return lines.map(line => line.replace(/^Offset:(\d+)\t/, '$1='))
}
