import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import {
  countingAcls,
  type ProvisioningPlan,
  resetAcls,
  shellLine,
  topicCommands
} from '../../src/app/provisioning.ts'
import { appTopics } from '../../src/app/topics.ts'

const plan: ProvisioningPlan = {
  app: 'events.uid',
  inputs: ['events'],
  partitions: 16,
  replicas: 3,
  brokers: ['a:9092', 'b:9092'],
  principal: 'User:CN=count, O=it’s'
}

function valuesOf(words: readonly string[], option: string): string[] {
  return words.flatMap((word, at) => (word === option ? [words[at + 1]!] : []))
}

/** What a shell makes of a line. */
function shellWords(line: string): string[] {
  return execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)
}

test('the commands make the topics that the app checks for', () => {
  const made = topicCommands(plan).map(words => {
    const back = shellWords(shellLine(words))
    assert.deepEqual(valuesOf(back, '--replication-factor'), ['3'])
    assert.deepEqual(valuesOf(back, '--bootstrap-server'), ['a:9092,b:9092'])
    return {
      topic: valuesOf(back, '--topic')[0],
      partitions: Number(valuesOf(back, '--partitions')[0]),
      configs: Object.fromEntries(valuesOf(back, '--config').map(pair => pair.split('=')))
    }
  })
  const wanted = appTopics(16).map(({ log, partitions, configs }) => ({
    topic: `events.uid-${log}`,
    partitions,
    configs
  }))
  assert.deepEqual(made, wanted)
})

test('without a number of replicas the brokers decide', () => {
  const { replicas: _, ...plain } = plan
  assert.ok(topicCommands(plain).every(words => !words.includes('--replication-factor')))
})

test('counting gets what it needs on each resource and nothing that deletes but on partials', () => {
  const rights = new Map(
    countingAcls(plan).map(({ words }) => {
      const back = shellWords(shellLine(words))
      assert.deepEqual(valuesOf(back, '--allow-principal'), [plan.principal])
      const resource = ['--topic', '--group', '--transactional-id'].find(each =>
        back.includes(each)
      )!
      const name = `${resource.slice(2)} ${valuesOf(back, resource)[0]}`
      return [name, valuesOf(back, '--operation').join(' ')]
    })
  )
  assert.deepEqual(Object.fromEntries(rights), {
    'topic events': 'Describe Read',
    'topic events.uid-partials': 'Describe DescribeConfigs Read Write Delete',
    'topic events.uid-windows': 'Describe DescribeConfigs Read Write',
    'topic events.uid-counts': 'Describe DescribeConfigs Read Write',
    'topic events.uid-rejects': 'Describe DescribeConfigs Write',
    'topic events.uid-control': 'Describe DescribeConfigs Read Write',
    'group events.uid-combine': 'Describe Read',
    'group events.uid-merge': 'Describe Read',
    'transactional-id events.uid-': 'Describe Write'
  })
})

test('a reset deletes topics and groups of the app, never the input', () => {
  const words = resetAcls(plan).flatMap(each => each.words)
  assert.equal(valuesOf(words, '--topic').length, 5)
  assert.equal(valuesOf(words, '--group').length, 2)
  assert.ok(!words.includes('events'))
})

test('a shell reads every word back, whatever is in it', () => {
  const words = ['plain', "it's", 'two words', '$HOME `id` "x"', '*', '', '\n', '—']
  assert.deepEqual(shellWords(shellLine(words)), words)
})
