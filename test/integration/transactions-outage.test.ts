import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { captureTool } from '../../src/broker/index.ts'
import { isFailure } from '../../src/core/errors.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { TransactionProducer } from '../../src/kafka/transaction/transaction-producer.ts'
import { AppOnBroker, record } from './app-on-broker.ts'
import { ownBroker } from './dev-broker.ts'

// These tests kill their broker and change its features: it is one of their own. They take a minute or more,
// and run when they are asked for.
const wanted = process.env.HEADCOUNT_CHAOS !== undefined
const broker = wanted ? await ownBroker() : undefined
const skip = wanted ? broker === undefined : 'set HEADCOUNT_CHAOS=1 to run it'
const COMMITS = 60
const KILL_AT = 20

describe('transactions while the broker is killed', { skip }, () => {
  let app: AppOnBroker
  before(async () => {
    app = await AppOnBroker.open(broker!.bootstrap)
  })
  after(async () => {
    await app.close()
    await broker!.stop()
  })

  const tool = async (...args: string[]) => {
    const { folder } = broker!
    const ran = await captureTool({ machine: process, folder, tool: 'kafka-features', args })
    assert.equal(ran.status, 0, ran.stdout + ran.stderr)
  }

  /** Commits one number after the other, each until it counts, over the death of the broker. */
  async function run(cluster: Cluster): Promise<void> {
    const lines: string[] = []
    const options = { ...app.options(), onTrouble: (line: string) => lines.push(line) }
    const mine = new TransactionProducer(cluster, options)
    try {
      await commitAll(mine, lines)
    } finally {
      await mine.close()
    }
  }

  async function commitAll(mine: TransactionProducer, lines: readonly string[]): Promise<void> {
    await mine.init()
    const from = await app.written('counts', 0)
    let back: Promise<unknown> | undefined
    for (let i = 0; i < COMMITS; i++) {
      const work = {
        appends: [{ log: 'counts' as const, partition: 0, records: [record(`${i}`)] }],
        offset: { offset: i, metadata: '' }
      }
      const committed = settled(() => mine.commit(work))
      if (i === KILL_AT) back = broker!.kill().then(() => broker!.revive())
      await committed
    }
    await back
    const stored = await mine.init()
    assert.equal(stored?.offset, COMMITS - 1)
    const expected = Array.from({ length: COMMITS }, (_, i) => `${i}`)
    assert.deepEqual(await app.committed('counts', 0, from), expected)
    assert.ok(
      lines.some(line => line.includes('trying for')),
      lines.join('\n')
    )
  }

  it('count once each', async () => {
    assert.equal(app.cluster.feature('transaction.version'), 2)
    await run(app.cluster)
  })

  it('count once each where the cluster has finalized transaction.version 1', async () => {
    await tool('downgrade', '--feature', 'transaction.version=1')
    const cluster = await Cluster.connect({ brokers: [broker!.bootstrap] })
    assert.equal(cluster.feature('transaction.version'), 1)
    await run(cluster)
    await cluster.close()
  })
})

/** Repeats what was aborted, and what the group refused while it was coming together again. */
async function settled(commit: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await commit()
      return
    } catch (error) {
      if (!isFailure(error, 'transaction-aborted', 'group-lost')) throw error
      // A group that comes together again tells the member, not us.
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}
