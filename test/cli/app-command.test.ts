import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headcount } from './child.ts'

const names = ['--topic', 'events', '--key', 'uid']

test('the topics of an app are shown without a broker', async () => {
  const env = { HEADCOUNT_BROKERS: '127.0.0.1:1' }
  const done = await headcount(['app', 'topics', ...names, '--by', 'country'], { env })
  assert.equal(done.status, 0)
  const topics = done.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.deepEqual(
    topics.map(({ topic, partitions }) => [topic, partitions]),
    [
      ['events.uid-partials', 16],
      ['events.uid-windows', 16],
      ['events.uid-counts', 16],
      ['events.uid-rejects', 1],
      ['events.uid-control', 1]
    ]
  )
  assert.equal(topics[1].configs['cleanup.policy'], 'compact')
  const table = await headcount(['app', 'topics', ...names, '--format', 'table'])
  assert.match(
    table.stdout,
    /^topic +partitions +settings\nevents\.uid-partials +1 +cleanup\.policy=/
  )
})

test('the printed commands take names, replicas, brokers and the user from the options', async () => {
  const more = ['--app', 'users', '--replication', '3', '--brokers', 'k1,k2:9093', '--print']
  const { stdout, status } = await headcount(['app', 'topics', ...names, ...more])
  assert.equal(status, 0)
  assert.match(stdout, /^#!\/bin\/sh\n/)
  const create =
    'kafka-topics.sh --bootstrap-server k1:9092,k2:9093 --create --if-not-exists --topic users-control'
  assert.ok(stdout.includes(`${create} --partitions 1 --replication-factor 3 `))
  assert.match(stdout, /kafka-acls\.sh .* --allow-principal User:headcount .* --topic events\n/)
  assert.match(stdout, /\n# kafka-acls\.sh .* --operation Delete --group users-merge\n/)
  const login = ['--sasl-mechanism', 'PLAIN', '--sasl-username', 'ann', '--sasl-password', 'x9y8z7']
  const named = await headcount(['app', 'topics', ...names, ...login, '--print'])
  assert.match(named.stdout, /--allow-principal User:ann /)
  assert.ok(!named.all.includes('x9y8z7'))
})

test('an app is named by --app, or by topic and key', async () => {
  for (const verb of ['describe', 'reset', 'resume']) {
    const done = await headcount(['app', verb])
    assert.equal(done.status, 2)
    assert.match(done.stderr, /--topic is needed for the name of the app.*\[option-missing]/)
  }
  const invalid = await headcount(['app', 'topics', ...names, '--app', 'a/b'])
  assert.equal(invalid.status, 2)
  assert.match(invalid.stderr, /--app.*\[option-value]/)
})

test('the commands of the group are listed in its help', async () => {
  const { stdout } = await headcount(['app', '--help'])
  for (const verb of ['list', 'describe', 'topics', 'reset', 'resume']) {
    assert.match(stdout, new RegExp(`\n  ${verb}\\b`))
  }
})
