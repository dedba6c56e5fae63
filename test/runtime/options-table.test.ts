import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appRows } from '../../src/runtime/options/app-rows.ts'
import { benchRows } from '../../src/runtime/options/bench-rows.ts'
import { brokerRows } from '../../src/runtime/options/broker-rows.ts'
import { connectionRows } from '../../src/runtime/options/connection-rows.ts'
import { consumeRows } from '../../src/runtime/options/consume-rows.ts'
import { countRows } from '../../src/runtime/options/count-rows.ts'
import { eventTimeRows } from '../../src/runtime/options/event-time-rows.ts'
import { generalRows } from '../../src/runtime/options/general-rows.ts'
import { generateRows } from '../../src/runtime/options/generate-rows.ts'
import { groupRows } from '../../src/runtime/options/group-rows.ts'
import {
  environmentNameOf,
  isOptionName,
  optionNames,
  optionRow,
  stateShapingOptions
} from '../../src/runtime/options/option-table.ts'
import { produceRows } from '../../src/runtime/options/produce-rows.ts'
import { sketchRows } from '../../src/runtime/options/sketch-rows.ts'
import { stateRows } from '../../src/runtime/options/state-rows.ts'
import { topicRows } from '../../src/runtime/options/topic-rows.ts'
import { parseValue } from '../../src/runtime/options/value-rules.ts'

test('no row hides another of the same name', () => {
  const parts = [
    appRows,
    benchRows,
    countRows,
    groupRows,
    eventTimeRows,
    stateRows,
    connectionRows,
    generalRows,
    topicRows,
    generateRows,
    produceRows,
    consumeRows,
    sketchRows,
    brokerRows
  ]
  const names = parts.flatMap(part => Object.keys(part))
  assert.deepEqual(names.toSorted(), [...new Set(names)].toSorted())
  assert.deepEqual(names.toSorted(), optionNames.toSorted())
})

test('names, flags and letters have one form', () => {
  for (const name of optionNames) {
    const { flag = name, short = 'x', description } = optionRow(name)
    assert.match(name, /^[a-z]+(-[a-z]+)*$/)
    assert.match(flag, /^[a-z]+(-[a-z]+)*$/)
    assert.match(short, /^[a-zA-Z]$/)
    assert.ok(!flag.startsWith('no-'), `${name}: --no-… is made from the flag`)
    assert.ok(!description.endsWith('.'), `${name}: a description is no sentence`)
  }
})

test('environment names are unique', () => {
  const variables = optionNames.map(environmentNameOf)
  assert.equal(new Set(variables).size, variables.length)
})

test('every example and every default is accepted by its own rule', () => {
  for (const name of optionNames) {
    const row = optionRow(name)
    assert.notEqual(parseValue(row, [row.example]), undefined, `${name}: ${row.example}`)
    if (row.default !== undefined) {
      assert.notEqual(parseValue(row, [row.default]), undefined, `${name}: ${row.default}`)
    }
  }
})

test('an example shows something else than the default, except for switches', () => {
  for (const name of optionNames) {
    const row = optionRow(name)
    if (row.kind !== 'boolean') assert.notEqual(row.example, row.default, name)
  }
})

test('secrets have no default', () => {
  const secrets = optionNames.filter(name => optionRow(name).kind === 'secret')
  assert.ok(secrets.length > 0)
  for (const name of secrets) assert.equal(optionRow(name).default, undefined, name)
})

test('conflicts name rows, and both sides know of them', () => {
  for (const name of optionNames) {
    for (const other of optionRow(name).conflicts ?? []) {
      assert.ok(isOptionName(other), other)
      assert.ok(optionRow(other).conflicts?.includes(name), `${other} knows of ${name}`)
    }
  }
})

test('what shapes the state is what is counted and how, never how to connect or print', () => {
  assert.deepEqual(stateShapingOptions.toSorted(), [
    'audit',
    'by',
    'day-start',
    'keep',
    'key',
    'key-type',
    'max-ahead',
    'max-groups',
    'max-jump',
    'precision',
    'sketch',
    'time',
    'total',
    'trust-record-time',
    'wait',
    'week-start',
    'where',
    'window',
    'zone'
  ])
})
