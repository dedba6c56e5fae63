import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect } from 'node:tls'
import { brokerStatus, captureTool, startBroker, stopBroker } from '../../src/broker/index.ts'
import { isFailure } from '../../src/core/errors.ts'
import { ownBroker } from './dev-broker.ts'

function tool(folder: string, name: string, args: readonly string[], input = '') {
  return captureTool({ machine: process, folder, tool: name, args, input })
}

test('a killed broker is noticed, starts again on its data, and goes down clean', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'headcount-broker-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const broker = await ownBroker({ folder })
  if (!broker) return t.skip('this machine has no Java 17 or no Kafka')
  const topic = `kept-${randomUUID()}`

  const status = await brokerStatus(process, folder)
  assert.equal(status.state, 'running')
  assert.deepEqual(
    status.nodes.map(node => node.answers),
    [true]
  )
  await assert.rejects(
    startBroker({ machine: process, folder }),
    error => isFailure(error, 'broker-running') && error.message.includes(String(broker.pids[0]))
  )
  const created = await tool(folder, 'kafka-topics', ['--create', '--topic', topic])
  assert.equal(created.status, 0, created.stderr)

  await broker.kill()
  assert.equal((await brokerStatus(process, folder)).state, 'stale')
  const lines: string[] = []
  const again = await startBroker({ machine: process, folder, onProgress: l => lines.push(l) })
  assert.match(lines[0]!, /did not stop cleanly/)
  const listed = await tool(folder, 'kafka-topics.sh', ['--list'])
  assert.ok(listed.stdout.split('\n').includes(topic), listed.stdout + listed.stderr)

  assert.equal(await stopBroker(process, folder), 'stopped')
  assert.equal((await brokerStatus(process, folder)).state, 'stopped')
  const [, port] = again.addresses[0]!.split(':')
  const [refused] = await once(connectTcp(Number(port), '127.0.0.1'), 'error')
  assert.equal(refused.code, 'ECONNREFUSED')
  await assert.rejects(access(join(folder, 'broker.lock')), 'no lock is left')
  await assert.rejects(access(join(folder, 'run.json')), 'no state is left')
})

test('with TLS, a login and access rules, only who proves it gets in', async t => {
  const broker = await ownBroker({ security: 'sasl-tls', acl: true })
  if (!broker) return t.skip('this machine has no Java 17 or no Kafka')
  try {
    const { caPath, users } = broker.access
    const ca = await readFile(caPath!)
    const port = Number(broker.bootstrap.split(':')[1])
    assert.equal(await shakesHands(port, ca), true)
    assert.equal(await shakesHands(port, undefined), false, 'an unknown authority is refused')

    const topic = `secured-${randomUUID()}`
    const asAdmin = await tool(broker.folder, 'kafka-topics', ['--create', '--topic', topic])
    assert.equal(asAdmin.status, 0, asAdmin.stderr)
    const app = users.find(user => user.name === 'app')!
    const asApp = await tool(broker.folder, 'kafka-topics', [
      ...['--command-config', app.propertiesPath],
      '--list'
    ])
    assert.equal(asApp.status, 0, asApp.stderr)
    assert.ok(!asApp.stdout.includes(topic), 'app may not see what no rule allows')
  } finally {
    await broker.stop()
  }
  await assert.rejects(access(broker.folder), 'the temporary folder is gone')
})

/** True when the TLS handshake with the port succeeds and the certificate is trusted. */
function shakesHands(port: number, ca: Buffer | undefined): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port, ...(ca && { ca }) })
    socket.once('secureConnect', () => resolve(socket.authorized))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  }).then(done => done as boolean)
}
