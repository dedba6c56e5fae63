import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command } from '../../src/cli/command.ts'
import { parseCommandLine } from '../../src/cli/command-parser.ts'
import { HeadcountError } from '../../src/core/errors.ts'

const command: Command = {
  name: 'try',
  summary: 'try things',
  options: ['topic', 'window', 'only-final', 'tls-verify', 'property', 'read-from'],
  arguments: [{ name: 'file', description: 'what to read', variadic: true }],
  examples: ['headcount try events.jsonl'],
  run: async () => 0
}

const parse = (args: readonly string[], changes: Partial<Command> = {}) =>
  parseCommandLine('headcount try', { ...command, ...changes }, args)

function refusal(args: readonly string[], changes: Partial<Command> = {}): string {
  try {
    parse(args, changes)
  } catch (error) {
    assert.ok(error instanceof HeadcountError, String(error))
    return `${error.code}: ${error.message} → ${error.cure}`
  }
  assert.fail('it was accepted')
}

test('flags keep their texts in order, letters and = and repetition included', () => {
  const { flags } = parse(['-t', 'a', '--window=1m', '--window', '1h,1d', '-Xa=b=c', '-X', 'd=e'])
  assert.deepEqual(Object.fromEntries(flags), {
    topic: ['a'],
    window: ['1m', '1h,1d'],
    property: ['a=b=c', 'd=e']
  })
})

test('a switch can be turned on and off, so that a flag overrules a file', () => {
  assert.deepEqual([...parse(['--only-final']).flags], [['only-final', ['true']]])
  assert.deepEqual([...parse(['--no-only-final']).flags], [['only-final', ['false']]])
  assert.deepEqual([...parse(['--no-tls-verify']).flags], [['tls-verify', ['false']]])
  assert.deepEqual([...parse(['--tls-verify=false']).flags], [['tls-verify', ['false']]])
  assert.deepEqual([...parse(['--only-final=true']).flags], [['only-final', ['true']]])
  assert.deepEqual([...parse(['--topic=false']).flags], [['topic', ['false']]])
  assert.match(refusal(['--only-final=perhaps']), /^option-unknown/)
})

test('a row with a flag of another name is found under its own name', () => {
  assert.deepEqual([...parse(['--from', '@-15m']).flags], [['read-from', ['@-15m']]])
  assert.match(refusal(['--read-from', '0']), /^option-unknown/)
})

test('flags and arguments may be mixed, and - is an argument', () => {
  const { flags, args } = parse(['a.jsonl', '--topic', 't', '-', 'b.jsonl'])
  assert.deepEqual(args, ['a.jsonl', '-', 'b.jsonl'])
  assert.deepEqual([...flags.keys()], ['topic'])
})

test('what follows -- is kept apart where a command asks for it, and arguments elsewhere', () => {
  assert.deepEqual(parse(['a', '--', '--topic', 'x']).args, ['a', '--topic', 'x'])
  const { args, rest } = parse(['a', '--', '--topic', 'x'], { rest: '<tool>' })
  assert.deepEqual(args, ['a'])
  assert.deepEqual(rest, ['--topic', 'x'])
})

test('help is seen wherever it stands, and mistakes beside it do not matter', () => {
  assert.equal(parse(['--help']).help, true)
  assert.equal(parse(['-h', '--bogus']).help, true)
  assert.equal(parse(['--', '--help']).help, false)
})

test('an unknown flag gets the nearest one', () => {
  assert.match(refusal(['--windw', '1m']), /option-unknown: .*--windw → did you mean --window\?/)
  assert.match(refusal(['--windw=1m']), /unknown option --windw →/)
  assert.match(refusal(['--no-only-finl']), /did you mean --no-only-final\?/)
  assert.match(refusal(['--frames', '1']), /it belongs to another command; see: headcount try --h/)
  assert.match(refusal(['-q']), /unknown option -q → see: headcount try --help/)
})

test('a forgotten value is seen at the end and before the next flag', () => {
  const says = /option-bare: --topic needs a value: a text → example: --topic events/
  assert.match(refusal(['--topic']), says)
  assert.match(refusal(['-t']), says)
  assert.match(refusal(['--topic', '--window', '1m']), says)
  assert.match(refusal(['--topic', '--window=1m']), says)
})

test('missing and surplus arguments are named', () => {
  const one = { arguments: [{ name: 'topic', description: 'name of it', required: true }] }
  assert.match(refusal([], one), /argument-missing: headcount try needs <topic>: name of it/)
  assert.match(refusal(['a', 'b'], one), /argument-extra: headcount try does not take "b"/)
  assert.deepEqual(parse(['a'], one).args, ['a'])
})
