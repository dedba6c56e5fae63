import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
// For rights, which nobody announces.
import { setTimeout as sleep } from 'node:timers/promises'
import * as K from '@platformatic/kafka'
import { topicOf } from '../../src/app/names.ts'
import { countingRights, type Operation, type Right } from '../../src/app/rights.ts'
import { appTopics } from '../../src/app/topics.ts'
import { isFailure } from '../../src/core/errors.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { call } from '../../src/kafka/connection/wire.ts'
import { deleteRecords } from '../../src/kafka/topic/delete-records.ts'
import { TopicAdmin } from '../../src/kafka/topic/topic-admin.ts'
import type { LogName } from '../../src/port/log.ts'
import { type Ended, ended, freshFolder, headcount, startHeadcount } from '../cli/child.ts'
import { ownBroker } from './dev-broker.ts'

const broker = await ownBroker({ security: 'sasl', acl: true })
after(() => broker?.stop())
const MECHANISM = 'SCRAM-SHA-256'
const APP = 'visits.uid'
const RESOURCES = {
  topic: K.ResourceTypes.TOPIC,
  group: K.ResourceTypes.GROUP,
  'transactional-id': K.ResourceTypes.TRANSACTIONAL_ID
} as const
const OPERATIONS = {
  Read: K.AclOperations.READ,
  Write: K.AclOperations.WRITE,
  Create: K.AclOperations.CREATE,
  Delete: K.AclOperations.DELETE,
  Describe: K.AclOperations.DESCRIBE,
  DescribeConfigs: K.AclOperations.DESCRIBE_CONFIGS
} as const satisfies Readonly<Record<Operation, number>>
const { LITERAL, PREFIXED } = K.ResourcePatternTypes

/**
 * One right for each operation that every short count needs. Describe comes with the others. The rest is for
 * later, and tried by itself: records are deleted after 30 s, the app record is written when it changes,
 * rejects when there are some. Results are read by people. The settings of all topics are read alike.
 */
function needed(right: Right): Right[] {
  const later = ['Delete on partials', 'Write on control', 'Write on rejects', 'Read on counts']
  const log = right.name.slice(APP.length + 1)
  return right.operations
    .filter(operation => operation !== 'Describe' && !later.includes(`${operation} on ${log}`))
    .filter(operation => operation !== 'DescribeConfigs' || log === 'partials')
    .map(operation => ({ ...right, operations: [operation] }))
}

describe('the rights that app topics prints', { skip: broker ? false : 'no broker' }, () => {
  const folder = freshFolder()
  let admin: Cluster
  const userOf = (name: string) => broker!.access.users.find(user => user.name === name)!
  before(async () => {
    const password = userOf('admin').password!
    const sasl = { mechanism: MECHANISM, username: 'admin', password } as const
    admin = await Cluster.connect({ brokers: [broker!.bootstrap], sasl })
  })
  after(async () => {
    await admin.close()
    folder[Symbol.dispose]()
  })

  const surroundings = (user: string) => ({
    folder: folder.path,
    env: {
      HEADCOUNT_BROKERS: broker!.bootstrap,
      HEADCOUNT_SASL_MECHANISM: MECHANISM,
      HEADCOUNT_SASL_USERNAME: user,
      HEADCOUNT_SASL_PASSWORD: userOf(user).password!
    }
  })
  const count = (...more: string[]): Promise<Ended> =>
    headcount(['count', '-t', 'visits', '-k', 'uid', '-e', ...more], surroundings('app'))
  const produce = async (...frames: object[]): Promise<void> => {
    const child = startHeadcount(['produce', '-t', 'visits'], surroundings('admin'))
    child.stdin.write(frames.map(frame => `${JSON.stringify(frame)}\n`).join(''))
    const done = await ended(child)
    assert.equal(done.status, 0, done.stderr)
  }
  const aclsOf = (right: Right) =>
    right.operations.map(operation => ({
      resourceType: RESOURCES[right.resource],
      resourceName: right.name,
      resourcePatternType: right.prefixed ? PREFIXED : LITERAL,
      principal: 'User:app',
      host: '*',
      operation: OPERATIONS[operation],
      permissionType: K.AclPermissionTypes.ALLOW
    }))
  /** The controller has decided, but it is the broker that acts by it: looks until it lists each so often. */
  const untilListed = async (acls: readonly K.AclFilter[], times: number): Promise<void> => {
    const end = performance.now() + 30_000
    for (const acl of acls) {
      for (;;) {
        const wire = await admin.controller()
        const { resources } = await call(wire, K.describeAclsV3.api, acl)
        if (resources.flatMap(resource => resource.acls).length === times) break
        assert.ok(performance.now() < end, 'the broker never heard of it')
        // Brokers tell nobody when they have.
        await sleep(20)
      }
    }
  }
  const grant = async (rights: readonly Right[]): Promise<void> => {
    const acls = rights.flatMap(aclsOf)
    await call(await admin.controller(), K.createAclsV3.api, acls)
    await untilListed(acls, 1)
  }
  /** What happens without one operation on a topic of the app. */
  const without = async <T>(
    operation: Operation,
    log: LogName,
    work: () => Promise<T>
  ): Promise<T> => {
    const name = topicOf(APP, log)
    const right: Right = { resource: 'topic', name, operations: [operation], purpose: '' }
    await revoke(right)
    const result = await work()
    await grant([right])
    return result
  }
  const revoke = async (right: Right): Promise<void> => {
    await call(await admin.controller(), K.deleteAclsV3.api, aclsOf(right))
    await untilListed(aclsOf(right), 0)
  }

  it('are enough for counting, and each of them is needed', async () => {
    const topics = new TopicAdmin(admin)
    await topics.create({ name: 'visits', partitions: 2 })
    for (const { log, partitions, configs } of appTopics(1)) {
      await topics.create({ name: topicOf(APP, log), partitions, configs })
    }
    const rights = countingRights(APP, ['visits'])
    await grant(rights)
    const ts = Math.floor(Date.now() / 1_000)
    await produce({ ts, uid: 'a' }, { ts, uid: 'b' }, { ts })
    const done = await count()
    assert.equal(done.status, 0, done.stderr)
    assert.match(done.stderr, /2 counted, 1 rejected/)

    for (const right of rights.flatMap(needed)) {
      await revoke(right)
      const denied = await count()
      await grant([right])
      const [operation] = right.operations
      const name = right.name.replaceAll('.', '[.]')
      const line = new RegExp(`the broker denies .*\\b${name}.*\\[broker-denied]`)
      assert.match(denied.stderr, line, `${operation} on ${right.name}`)
      assert.match(denied.stderr, new RegExp(`give this user the right: .*\\b${operation}\\b`))
    }
    assert.equal((await count()).status, 0)
  })

  it('are needed for what a count does later, too: rejects, another app record, deleting partials', async () => {
    await produce({ ts: Math.floor(Date.now() / 1_000) })
    const rejecting = await without('Write', 'rejects', () => count())
    assert.match(rejecting.stderr, /denies .*\bvisits\.uid-rejects.*\[broker-denied]\n.*\bWrite\b/)
    const growing = await without('Write', 'control', () => count('-w', '1m,5m'))
    assert.match(growing.stderr, /denies .*\bvisits\.uid-control.*\[broker-denied]\n.*\bWrite\b/)
    const done = await count('-w', '1m,5m')
    assert.equal(done.status, 0, done.stderr)
    assert.match(done.stderr, /1 rejected/)

    const password = userOf('app').password!
    const sasl = { mechanism: MECHANISM, username: 'app', password } as const
    const cluster = await Cluster.connect({ brokers: [broker!.bootstrap], sasl })
    const partials = topicOf(APP, 'partials')
    const remove = () => deleteRecords(cluster, partials, 0, 1)
    const denied = await without('Delete', 'partials', () =>
      remove().catch((error: unknown) => error)
    )
    assert.ok(isFailure(denied, 'broker-denied'))
    assert.match(`${denied.message}\n${denied.cure}`, /\bvisits\.uid-partials.*\bDelete\b/s)
    assert.equal(await remove(), 1)
    await cluster.close()
  })
})
