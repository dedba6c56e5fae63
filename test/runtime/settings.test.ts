import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { countSettings } from '../../src/runtime/count.ts'
import { stateShapingOptions } from '../../src/runtime/options/option-table.ts'
import { stateSettings } from '../../src/runtime/settings.ts'

test('the fingerprint is made of exactly the options that shape the state', () => {
  const settings = countSettings({ key: 'uid', windows: ['1h', '1m'] })
  assert.deepEqual(Object.keys(stateSettings(settings)).sort(), [...stateShapingOptions].sort())
  assert.deepEqual(stateSettings(settings), {
    key: 'uid',
    'key-type': 'utf8',
    time: 'ts',
    by: '',
    where: '',
    total: 'false',
    'max-groups': '10000',
    window: '1m,1h',
    zone: 'UTC',
    'week-start': 'monday',
    'day-start': '00:00',
    keep: '1m=172800000ms,1h=7948800000ms',
    sketch: 'adaptive',
    precision: '14',
    wait: '5000ms',
    'max-jump': '3600000ms',
    'max-ahead': '3600000ms',
    'trust-record-time': 'true',
    audit: '0'
  })
})

test('durations are numbers of milliseconds or text; anything else is refused', () => {
  const settings = countSettings({ key: 'uid', windows: ['1m'], wait: '10s', emitEvery: 250 })
  assert.deepEqual([settings.waitMs, settings.emitEveryMs], [10_000, 250])
  for (const wait of ['soon', -1]) {
    assert.throws(
      () => countSettings({ key: 'uid', windows: ['1m'], wait }),
      error => isFailure(error, 'option-value')
    )
  }
})
