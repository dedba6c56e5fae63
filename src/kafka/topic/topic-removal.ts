import { setTimeout as sleep } from 'node:timers/promises'
import { failure } from '../../core/errors.ts'
import { brokerErrorIds } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'
import type { Cluster } from '../connection/cluster.ts'
import { readMetadata } from '../connection/metadata.ts'
import { call } from '../connection/wire.ts'

const BROKER_MS = 15_000
const GONE_MS = 30_000
const GONE_PAUSE_MS = 50

/**
 * Deletes topics in one request, so that a crash leaves all or none of them, and waits until every
 * broker has forgotten them. One that is not there is fine. Throws `broker-denied`, `broker-refused`.
 */
export async function deleteTopics(cluster: Cluster, names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  const wire = await cluster.controller()
  try {
    const topics = names.map(name => ({ name, topicId: null }))
    await call(wire, K.deleteTopicsV6.api, topics, BROKER_MS)
  } catch (error) {
    const ids = brokerErrorIds(error)
    if (ids.has('TOPIC_AUTHORIZATION_FAILED')) {
      const request = `deleting ${names.join(', ')}`
      const problem = 'TOPIC_AUTHORIZATION_FAILED'
      throw failure('broker-denied', { request, problem, right: 'Delete on these topics' }, error)
    }
    // Of several topics some may be gone already: what remains is seen below.
    if (ids.size === 0 || [...ids].some(id => id !== 'UNKNOWN_TOPIC_OR_PARTITION')) throw error
  }
  await untilGone(cluster, names)
}

async function untilGone(cluster: Cluster, names: readonly string[]): Promise<void> {
  const started = performance.now()
  for (;;) {
    const left = await remaining(cluster, names)
    if (left.length === 0) return
    if (performance.now() - started > GONE_MS) {
      const request = `deleting ${left.join(', ')}`
      const problem = `still there after ${GONE_MS / 1_000} s`
      const advice = 'look at the brokers, then start the command again'
      throw failure('broker-refused', { request, problem, advice })
    }
    await sleep(GONE_PAUSE_MS)
  }
}

async function remaining(cluster: Cluster, names: readonly string[]): Promise<readonly string[]> {
  const answers = await Promise.all(
    cluster.nodes().map(async ({ id }) => readMetadata(await cluster.wire('admin', id), names))
  )
  return names.filter(name => answers.some(({ missing }) => !missing.has(name)))
}
