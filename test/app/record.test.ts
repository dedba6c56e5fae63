import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkAppName, defaultAppName } from '../../src/app/names.ts'
import {
  type AppRecord,
  checkSameApp,
  createAppRecord,
  decodeAppRecord,
  encodeAppRecord
} from '../../src/app/record.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { isFailure } from '../../src/core/errors.ts'

function record(settings: Record<string, string> = {}): AppRecord {
  return createAppRecord({
    app: 'events.uid',
    topics: [{ name: 'events', id: 'a1', partitions: 3, begunWith: 3, retired: false }],
    partialsPartitions: 1,
    settings: { key: 'uid', window: '1m,1h', ...settings }
  })
}

test('an app record comes back as it was', () => {
  assert.deepEqual(decodeAppRecord(encodeAppRecord(record())), record())
})

test('the order of settings does not matter', () => {
  const one = createAppRecord({ ...record(), settings: { a: '1', b: '2' } })
  const other = createAppRecord({ ...record(), settings: { b: '2', a: '1' } })
  assert.equal(one.fingerprint, other.fingerprint)
  checkSameApp(one, other)
})

test('each difference is refused with its old and new value', () => {
  const cases: [AppRecord, RegExp][] = [
    [record({ window: '1m' }), /--window 1m,1h, now 1m/],
    [record({ zone: 'UTC' }), /--zone \(not set\), now UTC/]
  ]
  for (const [wanted, message] of cases) {
    assert.throws(
      () => checkSameApp(record(), wanted),
      error => isFailure(error, 'app-settings') && message.test(error.message)
    )
  }
})

test('a damaged record and one of a later version are refused by name', () => {
  const json = new TextDecoder().decode(encodeAppRecord(record()))
  const damaged = [
    '',
    '{',
    'null',
    '[]',
    '{"version":1}',
    json.replace('"partialsPartitions":1', '"partialsPartitions":2'),
    json.replace('"partitions":3', '"partitions":"3"'),
    json.replace('"partitions":3', '"partitions":2'),
    json.replace('"retired":false', '"retired":0'),
    json.replace(/("topics":\[)(.*?)(\])/, '$1$2,$2$3'),
    json.replace('"added":[]', '"added":{}'),
    json.replace('"added":[]', '"added":["6h","6h"]'),
    json.replace('"added":[]', '"added":[6]')
  ]
  for (const bytes of damaged) {
    assert.throws(
      () => decodeAppRecord(utf8(bytes)),
      error => isFailure(error, 'format-damaged', 'format-version'),
      bytes
    )
  }
  assert.throws(
    () => decodeAppRecord(utf8(json.replace('"version":3', '"version":4'))),
    error => isFailure(error, 'format-version')
  )
})

test('the default name is topic and key in characters that Kafka takes', () => {
  assert.equal(defaultAppName('events', ['uid']), 'events.uid')
  assert.equal(defaultAppName('events', ['@key']), 'events._key')
  assert.equal(defaultAppName('events', ['user id/ü']), 'events.user_id__')
  assert.equal(defaultAppName('events', ['tenant', 'uid']), 'events.tenant.uid')
  assert.throws(
    () => checkAppName('a b'),
    error => isFailure(error, 'option-value')
  )
  assert.throws(
    () => checkAppName('x'.repeat(250)),
    error => isFailure(error, 'option-value')
  )
})

test('a record without added sizes, of the version before them, is read as one to which none were added', () => {
  const settings = { key: 'uid', window: '1m,1h' }
  const before = {
    version: 2,
    app: 'events.uid',
    topics: [{ name: 'events', id: 'a1', partitions: 3, begunWith: 2, retired: false }],
    partialsPartitions: 1,
    settings,
    formats: { partial: 1, mark: 3, state: 3, sketch: 1, clock: 2, result: 1 },
    fingerprint: 'a35802b7'
  }
  const now = decodeAppRecord(utf8(JSON.stringify(before)))
  assert.deepEqual(now, createAppRecord({ ...record(), topics: before.topics }))
  const other = { ...before, partialsPartitions: 2 }
  assert.throws(
    () => decodeAppRecord(utf8(JSON.stringify(other))),
    error => isFailure(error, 'format-damaged')
  )
})
