import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkInstances } from './instances-check.ts'

/*
 * HEADCOUNT_SEED=17 node --test test/sim/instances.sim.test.ts     plays one history again
 * HEADCOUNT_RUNS=20000 …                                           plays so many
 */
test('instances that come, go, die and stand still leave the truth behind', async () => {
  const only = process.env.HEADCOUNT_SEED
  const runs = Number(process.env.HEADCOUNT_RUNS ?? 200)
  const seeds = only ? [Number(only)] : Array.from({ length: runs }, (_, index) => index + 1)
  let waits = 0
  for (const seed of seeds) waits += await checkInstances(seed)
  assert.ok(only !== undefined || waits > runs / 10, `partitions waited for others ${waits} times`)
})
