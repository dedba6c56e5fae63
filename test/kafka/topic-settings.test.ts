import assert from 'node:assert/strict'
import { test } from 'node:test'
import type * as K from '@platformatic/kafka'
import { failure } from '../../src/core/errors.ts'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'
import { batchLimit } from '../../src/kafka/topic/topic-settings.ts'

type Outcome = Error | { readonly results: readonly object[] }

/** A cluster whose brokers answer DescribeConfigs with these outcomes in turn. */
function clusterOf(outcomes: Outcome[]): Cluster {
  const send = (...[, , , , , , done]: [...unknown[]] & { 6: K.Callback<unknown> }): void => {
    const outcome = outcomes.shift()
    assert.ok(outcome, 'asked once too often')
    if (outcome instanceof Error) done(outcome, undefined)
    else done(null, outcome)
  }
  return { controller: async () => ({ address: 'scripted', send }) } as unknown as Cluster
}

const setting = { name: 'max.message.bytes', value: '5000', configSource: 1 }
const answer = { results: [{ configs: [setting] }] }

test('settings are asked of another broker when the one that is asked goes away', async () => {
  const problem = 'connection reset'
  const away = failure('broker-unreachable', { address: 'scripted', problem })
  assert.equal(await batchLimit(clusterOf([away, away, answer]), 'events'), 5_000)
})

test('what waiting does not cure is told at once', async () => {
  const wrong = failure('broker-auth', { address: 'scripted', problem: 'wrong password' })
  await assert.rejects(batchLimit(clusterOf([wrong]), 'events'), { code: 'broker-auth' })
})
