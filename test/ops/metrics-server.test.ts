import assert from 'node:assert/strict'
import { request } from 'node:http'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { type MetricsServer, serveMetrics } from '../../src/ops/metrics-server.ts'
import { busyReport } from './figures.ts'

describe('the metrics server', () => {
  const report = busyReport()
  report.stopped.clear()
  const run = () => report
  let server: MetricsServer
  before(async () => {
    server = await serveMetrics({ port: 0, run })
  })
  after(() => server.close())
  const get = (path: string, method = 'GET'): Promise<Response> =>
    fetch(`http://${server.address}${path}`, { method })

  it('listens on this machine only, unless told otherwise', async () => {
    assert.match(server.address, /^127\.0\.0\.1:\d+$/)
    const other = await serveMetrics({ port: 0, host: '::1', run })
    assert.match(other.address, /^\[::1\]:\d+$/)
    await other.close()
  })

  it('serves metrics as Prometheus text', async () => {
    const answer = await get('/metrics?x=1')
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/)
    assert.match(await answer.text(), /^headcount_state_bytes 4096$/m)
  })

  it('is alive from the start, and ready while it counts', async () => {
    assert.equal((await get('/healthz')).status, 200)
    assert.deepEqual([(await get('/readyz')).status], [200])
    const states: [() => void, () => void, RegExp][] = [
      [() => (report.started = false), () => (report.started = true), /starting/],
      [() => (report.failed = true), () => (report.failed = false), /failed/],
      [() => (report.misfits = 2), () => (report.misfits = 0), /2 input partitions/],
      [
        () => void report.stopped.set('events-3', 'events-3 is not read any more'),
        () => report.stopped.clear(),
        /events-3 is not read any more: final results wait/
      ]
    ]
    for (const [into, outOf, reason] of states) {
      into()
      const answer = await get('/readyz')
      assert.equal(answer.status, 503)
      assert.match(await answer.text(), reason)
      assert.equal((await get('/healthz')).status, 200)
      outOf()
    }
  })

  it('knows nothing else: other paths, other methods', async () => {
    assert.equal((await get('/')).status, 404)
    assert.equal((await get('/metrics/../etc/passwd')).status, 404)
    const posted = await get('/metrics', 'POST')
    assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET'])
  })

  it('refuses headers that are too large', async () => {
    const [host, port] = server.address.split(':')
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request({ host, port, path: '/healthz', headers: { x: 'y'.repeat(20_000) } }, answer => {
        answer.resume()
        resolve(answer.statusCode)
      })
        .on('error', reject)
        .end()
    })
    assert.equal(status, 431)
  })

  it('does not wait for a client that never finishes its request', async () => {
    const [host, port] = server.address.split(':')
    const other = await serveMetrics({ port: 0, run, requestMs: 50 })
    const socket = connect(Number(other.address.split(':')[1] ?? port), host)
    socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n')
    await new Promise(resolve =>
      socket
        .on('close', resolve)
        .on('error', () => undefined)
        .resume()
    )
    await other.close()
  })

  it('says which address is taken', async () => {
    const port = Number(server.address.split(':')[1])
    await assert.rejects(
      serveMetrics({ port, run }),
      error =>
        isFailure(error, 'metrics-listen') &&
        error.message === `cannot serve metrics on 127.0.0.1:${port}: another program listens there`
    )
  })
})
