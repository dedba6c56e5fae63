import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FolderSettings } from '../../src/broker/broker-folder.ts'
import { serverSettings } from '../../src/broker/server-settings.ts'

function settingsOf(changes: Partial<FolderSettings>, extra = {}): Map<string, string> {
  const brokers = changes.brokers ?? 1
  const user = { certificatePath: '', keyPath: '', propertiesPath: '' }
  const nodes = Array.from({ length: brokers }, (_, i) => ({
    id: i + 1,
    clientPort: 9_092 + i,
    internalPort: 9_192 + i,
    controllerPort: 9_292 + i
  }))
  const text = serverSettings(
    {
      folder: '/data',
      settings: {
        version: 1,
        clusterId: 'c',
        security: 'plaintext',
        acl: false,
        brokers,
        ...changes
      },
      nodes,
      secrets: {
        caPath: '/data/ca.pem',
        serverPath: '/data/server.pem',
        users: [
          { name: 'admin', password: 'p-admin', ...user },
          { name: 'app', password: 'p-app', ...user }
        ]
      },
      extra
    },
    nodes.at(-1)!
  )
  return new Map(
    text
      .trim()
      .split('\n')
      .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  )
}

test('one node listens on this machine only and keeps one replica of everything', () => {
  const settings = settingsOf({})
  assert.equal(settings.get('listeners'), 'CLIENT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9292')
  assert.equal(settings.get('advertised.listeners'), 'CLIENT://127.0.0.1:9092')
  assert.equal(settings.get('offsets.topic.replication.factor'), '1')
  assert.equal(settings.get('transaction.state.log.min.isr'), '1')
  assert.equal(settings.get('auto.create.topics.enable'), 'false')
  assert.equal(settings.get('group.initial.rebalance.delay.ms'), '0')
})

test('three nodes know each other and keep three replicas', () => {
  const settings = settingsOf({ brokers: 3 })
  assert.equal(settings.get('node.id'), '3')
  assert.equal(
    settings.get('controller.quorum.voters'),
    '1@127.0.0.1:9292,2@127.0.0.1:9293,3@127.0.0.1:9294'
  )
  assert.equal(settings.get('default.replication.factor'), '3')
  assert.equal(settings.get('transaction.state.log.min.isr'), '2')
})

test('a login is asked of clients only: the nodes talk on a listener of their own', () => {
  const settings = settingsOf({ security: 'sasl-tls' })
  assert.match(settings.get('listener.security.protocol.map')!, /^CLIENT:SASL_SSL,INTERNAL:PLAIN/)
  assert.equal(settings.get('inter.broker.listener.name'), 'INTERNAL')
  assert.match(settings.get('listeners')!, /INTERNAL:\/\/127\.0\.0\.1:9192/)
  assert.equal(settings.get('ssl.keystore.location'), '/data/server.pem')
  assert.match(
    settings.get('listener.name.client.plain.sasl.jaas.config')!,
    /user_admin="p-admin" user_app="p-app";$/
  )
})

test('access rules without a login need a certificate', () => {
  assert.equal(settingsOf({ security: 'tls' }).get('ssl.client.auth'), 'requested')
  assert.equal(settingsOf({ security: 'tls', acl: true }).get('ssl.client.auth'), 'required')
  assert.equal(settingsOf({ security: 'sasl-tls', acl: true }).get('ssl.client.auth'), 'requested')
  assert.match(settingsOf({ security: 'sasl', acl: true }).get('super.users')!, /User:admin/)
})

test('settings of the caller win, and cannot smuggle in a second line', () => {
  const settings = settingsOf({}, { 'num.partitions': 8, 'log.dir.name': 'C:\\a\nnode.id=7' })
  assert.equal(settings.get('num.partitions'), '8')
  assert.equal(settings.get('log.dir.name'), 'C:\\\\a node.id=7')
  assert.equal(settings.get('node.id'), '1')
})
