import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { headcount } from '../cli/child.ts'
import { developmentBroker } from './dev-broker.ts'

const broker = await developmentBroker()

test('a topic is created, listed, described and deleted from the command line', {
  skip: broker ? false : 'no broker'
}, async () => {
  const name = `topic-command-${randomUUID()}`
  const topic = (verb: string, ...args: readonly string[]) =>
    headcount(['topic', verb, ...args], { env: { HEADCOUNT_BROKERS: broker!.bootstrap } })
  const created = await topic('create', name, '--partitions', '3', '-c', 'retention.ms=60000')
  assert.equal(created.all, `created topic ${name} with 3 partitions on ${broker!.bootstrap}\n`)
  const again = await topic('create', name)
  assert.equal(again.status, 1)
  assert.match(again.stderr, /\[topic-exists]/)

  const listed = await topic('list', '--format', 'jsonl')
  assert.ok(listed.stdout.includes(`{"topic":"${name}"}\n`))
  const described = JSON.parse((await topic('describe', name)).stdout) as {
    partitions: { start: number; end: number }[]
    settings: { name: string; value: string }[]
  }
  assert.equal(described.partitions.length, 3)
  assert.equal(described.settings.find(each => each.name === 'retention.ms')?.value, '60000')

  const unsure = await topic('delete', name)
  assert.equal(unsure.status, 2)
  assert.match(unsure.stderr, /--yes is needed for deleting topic .* with up to 0 records/)
  assert.equal((await topic('delete', name, '--yes')).status, 0)
  const gone = await topic('describe', name)
  assert.equal(gone.status, 1)
  assert.match(gone.stderr, /\[topic-missing]/)
})
