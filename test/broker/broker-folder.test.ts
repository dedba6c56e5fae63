import assert from 'node:assert/strict'
import { mkdtemp, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { brokerFiles, folderSettings, readSettings } from '../../src/broker/broker-folder.ts'
import { brokerStatus, connectionFlags } from '../../src/broker/broker-status.ts'
import { stopBroker } from '../../src/broker/broker-stop.ts'
import { freePorts, isPortFree, requireFree } from '../../src/broker/port-choice.ts'
import { type RunState, readRun, writeRun } from '../../src/broker/run-state.ts'
import { accessOf, folderSecrets } from '../../src/broker/secrets.ts'
import { startBroker } from '../../src/broker/start-broker.ts'
import { isFailure } from '../../src/core/errors.ts'
import { temporaryFolder } from './temporary-folder.ts'

const parent = await temporaryFolder()
const newFolder = () => mkdtemp(join(parent, 'broker-'))

/** A run whose process number is ours, but which started at another time. */
const deadRun: RunState = {
  version: 1,
  bootstrap: '127.0.0.1:9092',
  origin: 'jars',
  since: '2026-01-01T00:00:00.000Z',
  nodes: [{ id: 1, pid: process.pid, started: 'long ago', address: '127.0.0.1:9092', log: 'x' }]
}

test('a folder keeps what it was made with and refuses a change', async () => {
  const folder = await newFolder()
  const made = await folderSettings(folder, { brokers: 3, security: 'sasl' })
  assert.deepEqual(await folderSettings(folder, {}), made)
  assert.deepEqual(await folderSettings(folder, { brokers: 3 }), made)
  await assert.rejects(
    folderSettings(folder, { brokers: 1 }),
    error => isFailure(error, 'broker-folder') && /brokers 3, not 1/.test(error.message)
  )
})

test('access rules need somebody to ask for', async () => {
  const folder = await newFolder()
  await assert.rejects(folderSettings(folder, { acl: true }), error =>
    isFailure(error, 'option-conflict')
  )
  assert.equal(await readSettings(folder), undefined)
})

test('a broker.json that is not ours is refused, not overwritten', async () => {
  const folder = await newFolder()
  await writeFile(brokerFiles.settings(folder), '{"version":9}')
  await assert.rejects(folderSettings(folder, {}), error => isFailure(error, 'broker-folder'))
})

test('secrets are made once, for their owner only', async () => {
  const folder = await newFolder()
  const settings = await folderSettings(folder, { security: 'sasl-tls' })
  const secrets = await folderSecrets(folder, settings)
  assert.deepEqual(await folderSecrets(folder, settings), secrets)
  const [admin, app] = secrets.users
  assert.notEqual(admin!.password, app!.password)
  for (const path of [admin!.keyPath, admin!.propertiesPath, secrets.serverPath]) {
    assert.equal((await stat(path)).mode & 0o777, 0o600, path)
  }
  const access = accessOf(settings, secrets)
  const flags = connectionFlags('h:1', access)
  assert.deepEqual(flags.slice(0, 4), ['--brokers', 'h:1', '--tls-ca', secrets.caPath])
  assert.ok(!flags.includes(admin!.password), 'no password on a command line')
})

test('a folder without a run is stopped, one whose process is gone is stale', async () => {
  const folder = await newFolder()
  assert.equal((await brokerStatus(process, folder)).state, 'stopped')
  assert.equal(await stopBroker(process, folder), 'not-running')
  await folderSettings(folder, {})
  await writeRun(folder, deadRun)
  const status = await brokerStatus(process, folder)
  assert.equal(status.state, 'stale')
  assert.deepEqual(
    status.nodes.map(node => node.alive),
    [false]
  )
})

test('stopping a dead broker signals nobody who has its number now', async () => {
  const folder = await newFolder()
  await writeRun(folder, deadRun)
  const sent: unknown[] = []
  const kill = (pid: number, signal: NodeJS.Signals | 0) => {
    if (signal !== 0) sent.push(signal)
    return process.kill(pid, 0)
  }
  assert.equal(await stopBroker({ env: {}, pid: process.pid, kill }, folder), 'dead')
  assert.deepEqual(sent, [])
  assert.equal(await readRun(folder), undefined)
})

test('a run that is damaged or names no process counts as none', async () => {
  const folder = await newFolder()
  const bad = { ...deadRun, nodes: [{ ...deadRun.nodes[0]!, pid: -1 }] }
  for (const text of ['', '{', '{"version":1}', 'null', JSON.stringify(bad)]) {
    await writeFile(brokerFiles.run(folder), text)
    assert.equal(await readRun(folder), undefined, text)
  }
})

test('a taken port is refused before anything is started', async () => {
  const server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  try {
    assert.equal(await isPortFree(port), false)
    const lines: string[] = []
    await assert.rejects(
      startBroker({
        machine: { ...process, env: {}, pid: process.pid, kill: () => true },
        folder: await newFolder(),
        port,
        onProgress: line => lines.push(line)
      }),
      error => isFailure(error, 'port-taken') && error.message.includes(String(port))
    )
    assert.deepEqual(lines, [])
  } finally {
    server.close()
  }
})

test('free ports are free, different, and not among those already chosen', async () => {
  const first = await freePorts(3)
  const second = await freePorts(3, first)
  assert.equal(new Set([...first, ...second]).size, 6)
  await requireFree(second)
})
