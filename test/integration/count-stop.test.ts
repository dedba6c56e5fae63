import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { count, kafkaSource } from '../../src/index.ts'
import { CountingPlace } from './counting.ts'
import { ownBroker } from './dev-broker.ts'

const broker = await ownBroker()

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
})
