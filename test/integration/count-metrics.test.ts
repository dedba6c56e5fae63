import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { CountingPlace, latestOf } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'

const broker = await developmentBroker()

describe('metrics of a live count', { skip: broker ? false : 'no broker' }, () => {
  let place: CountingPlace
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
    const size = ['--frames', '5k', '--users', '400', '--rate', '20', '--shape', 'small']
    const flaws = ['--late-share', '0.1', '--late-max', '2m', '--broken-share', '0.02']
    await place.run('generate', ...size, ...flaws, '-o', 'frames.jsonl', '--truth', 'truth.json')
  })
  after(() => place.close())

  /** Waits for a line on standard error; what it captured. */
  async function line(child: ReturnType<typeof place.start>, pattern: RegExp): Promise<string> {
    let stderr = ''
    child.stderr.setEncoding('utf8')
    for await (const text of child.stderr.iterator({ destroyOnReturn: false })) {
      stderr += text
      const found = pattern.exec(stderr)
      if (found) return found[1]!
    }
    return assert.fail(`not said: ${pattern} in ${stderr}`)
  }

  it('tell what the count has done, and when it is ready', async () => {
    const { topic, app } = await place.topic(2)
    await place.run('produce', '-t', topic, '-k', 'uid', 'frames.jsonl', '--rejects', 'bad.jsonl')
    const args = ['count', '-t', topic, '--app', app, '-k', 'uid', '--format', 'jsonl']
    const pace = ['--flush-every', '50ms', '--emit-every', '50ms']
    const child = place.start([...args, ...pace, '--metrics-port', '0'])
    const address = await line(child, /metrics on (http:\/\/127\.0\.0\.1:\d+)\/metrics\n/)
    child.stderr.resume()
    child.stdout.resume()
    const page = async (path: string) => {
      const answer = await fetch(`${address}/${path}`)
      return { status: answer.status, text: await answer.text() }
    }
    assert.equal((await page('healthz')).status, 200)
    // Served before a broker is asked: alive, and not ready until reading has begun.
    let ready = await page('readyz')
    while (ready.status !== 200) {
      assert.equal(ready.status, 503)
      ready = await page('readyz')
    }
    const figure = (text: string, name: string): number =>
      Number(
        text
          .split('\n')
          .find(line => line.startsWith(`${name} `))
          ?.slice(name.length + 1)
      )
    const truth = place.truth('truth.json')
    const counted = 'headcount_frames_total{verdict="counted"}'
    const commits = 'headcount_commit_seconds_count'
    let { text } = await page('metrics')
    // The watermark is known once stage 2 has the marks of both partitions.
    const isDone = (): boolean =>
      figure(text, counted) === truth.frames &&
      figure(text, commits) > 0 &&
      Number.isFinite(figure(text, 'headcount_watermark_seconds'))
    while (!isDone()) {
      text = (await page('metrics')).text
    }
    assert.equal((await page('readyz')).status, 200)
    child.kill('SIGINT')
    await once(child, 'close')
    const lag = `headcount_partition_lag_records{partition="${topic}-0"}`
    assert.equal(figure(text, lag), 0)
    const rejected = 'headcount_frames_total{verdict="rejected"}'
    assert.ok(figure(text, rejected) > 0)
    const next = await place.run(...args, '-e')
    assert.match(next.stderr, /goes on where it stopped/)
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    const frames = latestOf(stdout).reduce((sum, result) => sum + result.frames, 0)
    assert.equal(frames, truth.frames)
    for (const name of [
      'headcount_rejects_total{reason="no-time"}',
      `headcount_late_frames_total{partition="${topic}-0"}`,
      `headcount_partition_clock_seconds{partition="${topic}-1"}`,
      `headcount_partition_watermark_seconds{partition="${topic}-1"}`,
      'headcount_watermark_seconds',
      'headcount_flush_seconds_count',
      'headcount_commit_seconds_count',
      'headcount_state_bytes',
      'headcount_results_total{status="provisional"}'
    ]) {
      assert.ok(text.includes(`\n${name} `), `${name} in:\n${text}`)
    }
  })

  it('need a port of their own, which is asked for before the topic is', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const { topic, app } = await place.topic(1)
    const stderr = await place.refuse(
      ...['count', '-t', topic, '--app', app, '-k', 'uid', '--metrics-port', String(port)]
    )
    taken.close()
    assert.match(stderr, /^headcount: cannot serve metrics on .*\[metrics-listen]\n {2}→ /)
    assert.equal(await place.scratch.admin.find(`${app}-control`), undefined)
  })
})
