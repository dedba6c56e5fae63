import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResultRecord } from '../../src/result/result-record.ts'
import { ResultQueue } from '../../src/runtime/result-queue.ts'
import { exampleRecord } from '../result/record-example.ts'

/** More than the queue holds back before a writer has to wait. */
const MANY = 3_000

function results(revision: number): ResultRecord[] {
  return Array.from({ length: MANY }, () => ({ ...exampleRecord, revision }))
}

test('many writers wait for one reader, and all of them go on', async () => {
  const queue = new ResultQueue()
  const writers = Promise.all([1, 2, 3].map(task => queue.push(results(task))))
  void writers.then(() => queue.end())
  let read = 0
  for await (const _ of queue) read++
  assert.equal(read, 3 * MANY)
  await writers
})

test('an end lets everybody go who waits for room', async () => {
  const queue = new ResultQueue()
  const writers = Promise.all([1, 2, 3].map(task => queue.push(results(task))))
  queue.end(new Error('stopped'))
  await writers
  let read = 0
  await assert.rejects(async () => {
    for await (const _ of queue) read++
  }, /stopped/)
  assert.equal(read, 3 * MANY)
})
