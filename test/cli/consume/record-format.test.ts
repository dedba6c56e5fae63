import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  envelopeFormat,
  type RecordFormat,
  templateFormat,
  valueFormat
} from '../../../src/cli/consume/record-format.ts'
import { isFailure } from '../../../src/core/errors.ts'
import type { ReadRecord } from '../../../src/kafka/fetch/record-reader.ts'

const record: ReadRecord = {
  partition: 2,
  offset: 41,
  time: 1_468_244_384_000,
  key: Buffer.from('ключ'),
  value: Buffer.from('{"a":1}'),
  headers: [
    ['trace', Buffer.from('7')],
    ['raw', Uint8Array.of(0xff)],
    ['none', null]
  ]
}
const tombstone: ReadRecord = { ...record, value: null, key: null, time: -1, headers: [] }

function print(format: RecordFormat, ...records: ReadRecord[]): Buffer {
  const parts: Uint8Array[] = []
  for (const each of records) format(each, parts)
  return Buffer.concat(parts)
}

test('a value is printed as it is, whatever its bytes', () => {
  const binary = { ...record, value: Uint8Array.of(0xff, 0x00) }
  assert.deepEqual(print(valueFormat, binary, tombstone), Buffer.from([0xff, 0x00, 0x0a, 0x0a]))
})

test('an envelope is one JSON object a line, with base64 for what is no text', () => {
  const [full, empty] = print(envelopeFormat('events'), record, tombstone)
    .toString()
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
  assert.deepEqual(full, {
    topic: 'events',
    partition: 2,
    offset: 41,
    timestamp: 1_468_244_384_000,
    key: 'ключ',
    headers: [
      { name: 'trace', value: '7' },
      { name: 'raw', valueBase64: '/w==' },
      { name: 'none', value: null }
    ],
    value: '{"a":1}'
  })
  const nothing = { key: null, value: null, headers: [], timestamp: null }
  assert.deepEqual(empty, { topic: 'events', partition: 2, offset: 41, ...nothing })
})

test('a template has kcat’s letters', () => {
  const show = (template: string, each = record) =>
    print(templateFormat(template, 'events'), each).toString('latin1')
  assert.equal(show('%t [%p] %o at %T\\n'), 'events [2] 41 at 1468244384000\n')
  assert.equal(show('%K\\t%S %V|%s|%v'), '8\t7 7|{"a":1}|{"a":1}')
  assert.equal(show('%k%%\\\\\\x41'), `${Buffer.from('ключ').toString('latin1')}%\\A`)
  assert.equal(show('%h'), 'trace=7,raw=\xff,none=')
  assert.equal(show('%k|%v|%K %V %T', tombstone), '||-1 -1 -1')
})

test('a letter that is none is refused', () => {
  for (const template of ['%z', 'a %', '\\q', '\\x4', '%v\\']) {
    assert.throws(
      () => templateFormat(template, 't'),
      error => isFailure(error, 'option-value')
    )
  }
})
