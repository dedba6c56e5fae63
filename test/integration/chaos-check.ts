import assert from 'node:assert/strict'
// Markers are written after the commit is answered: nothing tells that they are.
import { setTimeout as pause } from 'node:timers/promises'
import * as K from '@platformatic/kafka'
import { text } from '../../src/core/bytes.ts'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'
import { call } from '../../src/kafka/connection/wire.ts'
import type { KafkaAppLog } from '../../src/kafka/fetch/app-log.ts'
import { decodeContent, decodeKey } from '../../src/merge/state-record.ts'
import type { LogName } from '../../src/port/log.ts'
import { parseResult, type ResultRecord } from '../../src/result/result-record.ts'
import { checkOrder } from '../testing/result-order.ts'
import { appLog, committedRecords } from './app-topics.ts'
import { type TrueWindow, trueWindows } from './chaos-truth.ts'
import type { MinutesTruth } from './counting.ts'

export interface ChaosLeft {
  readonly cluster: Cluster
  readonly app: string
  readonly kind: 'exact' | 'adaptive'
  /** Path of what was sent. */
  readonly frames: string
  readonly truth: MinutesTruth
  /** Sizes of the windows in minutes. */
  readonly sizes: ReadonlyMap<string, number>
}

type Windows = ReadonlyMap<string, TrueWindow>

const WRITTEN: readonly LogName[] = ['partials', 'windows', 'counts', 'rejects']
const OPEN = ['Ongoing', 'PrepareCommit', 'PrepareAbort'] as const
/** A killed instance's transaction is ended by the broker after 15 s, when nobody takes its task over. */
const SETTLE_MS = 40_000
const SETTLE_EVERY_MS = 100

/** The last result of every window, and its sketch, as one count without any trouble would leave them. */
export async function checkChaos(left: ChaosLeft): Promise<void> {
  const { cluster, app } = left
  const log = await appLog(cluster, app)
  try {
    await settled(cluster, log, app)
    const truth = await trueWindows(left.frames, left.kind, left.sizes)
    checkOracle(truth, left.truth, left.kind)
    await checkResults(log, truth)
    await checkSketches(log, truth)
    assert.deepEqual(await committedRecords(log, 'rejects', 0), [], 'no frame is a reject')
  } finally {
    await log.close()
  }
}

/** No transaction of the app is open at its coordinator, and none holds readers back. */
async function settled(cluster: Cluster, log: KafkaAppLog, app: string): Promise<void> {
  const until = performance.now() + SETTLE_MS
  for (;;) {
    const hanging = [...(await openTransactions(cluster, app)), ...(await heldBack(log))]
    if (hanging.length === 0) return
    assert.ok(performance.now() < until, `transactions hang: ${hanging.join(', ')}`)
    await pause(SETTLE_EVERY_MS)
  }
}

/** What `kafka-transactions list` shows of the app, but for what has ended. */
async function openTransactions(cluster: Cluster, app: string): Promise<string[]> {
  const answers = await Promise.all(
    cluster.nodes().map(async ({ id }) => {
      const wire = await cluster.wire('admin', id)
      return call(wire, K.listTransactionsV1.api, [...OPEN], [], -1n, null)
    })
  )
  return answers
    .flatMap(({ transactionStates }) => transactionStates)
    .filter(({ transactionalId }) => transactionalId.startsWith(`${app}-`))
    .map(({ transactionalId, transactionState }) => `${transactionalId} ${transactionState}`)
}

/** Partitions whose end is out of reach for who reads committed. */
async function heldBack(log: KafkaAppLog): Promise<string[]> {
  const found: string[] = []
  for (const name of WRITTEN) {
    for (let partition = 0; partition < log.partitions(name); partition++) {
      const { end: read } = await log.bounds(name, partition)
      const { end: written } = await log.bounds(name, partition, 'written')
      if (read < written) found.push(`${name} ${partition} at ${read} of ${written}`)
    }
  }
  return found
}

/** Our sets agree with what the generator has counted while it wrote. */
function checkOracle(truth: Windows, { minutes }: MinutesTruth, kind: string): void {
  const ours = [...truth].filter(([name]) => name.startsWith('1m|'))
  assert.equal(ours.length, minutes.length)
  for (const { start, frames, uniques } of minutes) {
    const window = truth.get(`1m|${start * 1_000}`)
    assert.equal(window?.frames, frames)
    if (kind === 'exact') assert.equal(window.uniques, uniques)
  }
}

async function checkResults(log: KafkaAppLog, truth: Windows): Promise<void> {
  const latest = new Map<string, ResultRecord>()
  for (const { key, value } of await committedRecords(log, 'counts', 0)) {
    const name = text(key!)
    const record = parseResult(text(value!))!
    checkOrder(name, latest.get(name), record)
    latest.set(name, record)
  }
  const found = [...latest.values()].map(
    ({ window, start, frames, uniques }) =>
      [`${window}|${Date.parse(start)}`, frames, uniques] as const
  )
  const expected = [...truth].map(([name, { frames, uniques }]) => [name, frames, uniques] as const)
  assert.deepEqual(found.sort(byName), expected.sort(byName), 'the last result of every window')
}

/** Minutes are stored from their first frame on, larger windows when they are closed. */
async function checkSketches(log: KafkaAppLog, truth: Windows): Promise<void> {
  const stored = new Map<string, Uint8Array>()
  for (const { key, value } of await committedRecords(log, 'windows', 0)) {
    const name = decodeKey(key!)
    if (name.type !== 'content') continue
    assert.ok(value, 'nothing is purged')
    const { chunks, envelope } = decodeContent(value, name.chunk)
    assert.equal(chunks, 1, 'these windows are small')
    stored.set(`${name.size}|${name.start}`, envelope)
  }
  for (const [name, { sketch }] of truth) {
    const found = stored.get(name)
    if (found || name.startsWith('1m|')) assert.deepEqual(found, sketch, `the sketch of ${name}`)
  }
}

type Named = readonly [name: string, ...unknown[]]

function byName([left]: Named, [right]: Named): number {
  return left < right ? -1 : 1
}
