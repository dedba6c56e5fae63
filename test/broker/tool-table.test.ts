import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTool, toolArguments, toolNames } from '../../src/broker/tool-table.ts'
import { isFailure } from '../../src/core/errors.ts'

const address = '127.0.0.1:9092'

test('a tool is found by its name, with .sh and without kafka-', () => {
  const main = 'org.apache.kafka.tools.TopicCommand'
  for (const name of ['kafka-topics', 'kafka-topics.sh', 'topics', 'kafka-topics.bat']) {
    assert.equal(findTool(name).main, main, name)
  }
})

test('an unknown tool names the nearest one, or all', () => {
  const cureOf = (name: string) => {
    try {
      findTool(name)
    } catch (error) {
      if (isFailure(error, 'tool-unknown')) return error.cure
    }
    return assert.fail('no tool-unknown')
  }
  assert.equal(cureOf('kafka-topic'), 'did you mean kafka-topics?')
  assert.equal(cureOf('tpoics'), 'did you mean kafka-topics?')
  assert.ok(toolNames.every(name => cureOf('something-else-entirely').includes(name)))
  assert.match(cureOf('constructor'), /there are|did you mean/)
})

test('address and login are added in front of a subcommand', () => {
  const args = toolArguments(
    findTool('kafka-transactions'),
    ['list'],
    address,
    '/s/admin.properties'
  )
  const expected = [
    '--bootstrap-server',
    address,
    '--command-config',
    '/s/admin.properties',
    'list'
  ]
  assert.deepEqual(args, expected)
})

test('kafka-cluster takes them after its subcommand, under its own name', () => {
  const args = toolArguments(findTool('kafka-cluster'), ['cluster-id'], address, '/s/a')
  assert.deepEqual(args, ['cluster-id', '--bootstrap-server', address, '--config', '/s/a'])
})

test('what the user gave is left alone', () => {
  const topics = findTool('topics')
  const own = ['--bootstrap-server=other:9092', '--list']
  assert.deepEqual(toolArguments(topics, own, address, undefined), own)
  assert.deepEqual(toolArguments(topics, ['--help'], address, '/s/a'), ['--help'])
  const consumer = findTool('kafka-console-consumer')
  const configured = ['--consumer.config', 'mine.properties']
  assert.deepEqual(toolArguments(consumer, configured, address, '/s/a'), [
    '--bootstrap-server',
    address,
    ...configured
  ])
})

test('a tool that reads files gets no address', () => {
  const args = ['--files', 'x.log']
  assert.deepEqual(toolArguments(findTool('kafka-dump-log'), args, address, '/s/a'), args)
})
