import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { count, kafkaSource } from '../../src/index.ts'
import { CountingPlace } from './counting.ts'
import { ownBroker } from './dev-broker.ts'

const broker = await ownBroker()

/** The only segment of partition 0 in a broker's folder. */
function segmentOf(folder: string, topic: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const segment = found.find(path => path.endsWith(`${topic}-0/00000000000000000000.log`))
  assert.ok(segment, `a log of ${topic} in ${folder}`)
  return join(folder, segment)
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
})
