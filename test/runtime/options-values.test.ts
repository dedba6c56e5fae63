import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { OptionRule } from '../../src/runtime/options/option-row.ts'
import { optionNames, optionRow } from '../../src/runtime/options/option-table.ts'
import { expectedBy, parseValue, showValue } from '../../src/runtime/options/value-rules.ts'

const integer: OptionRule = { kind: 'integer', min: 4, max: 18 }
const share: OptionRule = { kind: 'number', min: 0, max: 1 }
const count: OptionRule = { kind: 'count', min: 0, max: 1e12 }
const choice: OptionRule = { kind: 'choice', choices: ['none', 'SCRAM-SHA-256'] }

const accepted: readonly [OptionRule, readonly string[], unknown][] = [
  [{ kind: 'text' }, ['uid'], 'uid'],
  [{ kind: 'text' }, ['first', 'last'], 'last'],
  [{ kind: 'boolean' }, ['TRUE'], true],
  [{ kind: 'boolean' }, ['off'], false],
  [{ kind: 'duration' }, ['1.5s'], 1_500],
  [{ kind: 'bytes' }, ['64KiB'], 65_536],
  [{ kind: 'list' }, ['1m, 1h', '1d'], ['1m', '1h', '1d']],
  [{ kind: 'addresses' }, ['a,b:1', '[::1]:9'], ['a:9092', 'b:1', '[::1]:9']],
  [
    { kind: 'pairs' },
    ['a=b=c,d', 'e='],
    [
      ['a', 'b=c,d'],
      ['e', '']
    ]
  ],
  [{ kind: 'position' }, ['beginning'], { at: 'earliest' }],
  [{ kind: 'position' }, ['end'], { at: 'latest' }],
  [{ kind: 'position' }, ['42'], { at: 'offset', offset: 42 }],
  [{ kind: 'position' }, ['@1468244384000'], { at: 'time', time: 1_468_244_384_000 }],
  [{ kind: 'position' }, ['@2016-07-11T13:39:44Z'], { at: 'time', time: 1_468_244_384_000 }],
  [{ kind: 'position' }, ['@2016-07-11T13:39:44'], { at: 'time', time: 1_468_244_384_000 }],
  [{ kind: 'position' }, ['@2016-07-11T15:39:44+02:00'], { at: 'time', time: 1_468_244_384_000 }],
  [{ kind: 'position' }, ['@-15m'], { at: 'ago', ago: 900_000 }],
  [integer, ['4'], 4],
  [integer, [' 18 '], 18],
  [share, ['.5'], 0.5],
  [share, ['1e-3'], 0.001],
  [count, ['250k'], 250_000],
  [count, ['1.5M'], 1_500_000],
  [choice, ['scram-sha-256'], 'SCRAM-SHA-256']
]

const refused: readonly [OptionRule, readonly string[]][] = [
  [{ kind: 'text' }, ['']],
  [{ kind: 'boolean' }, ['maybe']],
  [{ kind: 'duration' }, ['5']],
  [{ kind: 'duration' }, ['-5s']],
  [{ kind: 'bytes' }, ['big']],
  [{ kind: 'list' }, [' , ']],
  [{ kind: 'addresses' }, ['a:0']],
  [{ kind: 'addresses' }, ['a:65536']],
  [{ kind: 'addresses' }, ['http://a:9092']],
  [{ kind: 'pairs' }, ['=b']],
  [{ kind: 'pairs' }, ['a=b', 'alone']],
  [{ kind: 'position' }, ['-1']],
  [{ kind: 'position' }, ['@soon']],
  [{ kind: 'position' }, ['@may 5']],
  [{ kind: 'position' }, ['@2016-13-45T00:00:00Z']],
  [integer, ['3']],
  [integer, ['19']],
  [integer, ['5.0']],
  [integer, ['0x10']],
  [share, ['1.01']],
  [share, ['NaN']],
  [share, ['Infinity']],
  [count, ['-1']],
  [count, ['1.5']],
  [count, ['1e5']],
  [choice, ['some']]
]

for (const [rule, texts, value] of accepted) {
  test(`${rule.kind} accepts ${texts.join(' and ')}`, () => {
    assert.deepEqual(parseValue(rule, texts), value)
  })
}

for (const [rule, texts] of refused) {
  test(`${rule.kind} refuses ${JSON.stringify(texts.join(' and '))}`, () => {
    assert.equal(parseValue(rule, texts), undefined)
    assert.notEqual(expectedBy(rule), '')
  })
}

test('what is shown reads back as the same value', () => {
  for (const name of optionNames) {
    const row = optionRow(name)
    for (const text of [row.example, row.default ?? row.example]) {
      const value = parseValue(row, [text])
      const shown = showValue(row, value)
      assert.deepEqual(parseValue(row, [shown]), value, `${name}: ${shown}`)
    }
  }
})

test('durations read back exactly', () => {
  const rule: OptionRule = { kind: 'duration' }
  fc.assert(
    fc.property(fc.nat(1e9), ms => {
      assert.equal(parseValue(rule, [showValue(rule, ms)]), ms)
    })
  )
})

test('no text whatever makes a rule throw', () => {
  const rules = optionNames.map(optionRow)
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.constantFrom(...rules), (text, rule) => {
      parseValue(rule, [text])
    })
  )
})
