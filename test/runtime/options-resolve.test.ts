import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorCode } from '../../src/core/errors.ts'
import { HeadcountError } from '../../src/core/errors.ts'
import {
  environmentLayer,
  fileLayer,
  flagLayer,
  misspeltVariables
} from '../../src/runtime/options/option-layer.ts'
import type { OptionName } from '../../src/runtime/options/option-table.ts'
import { resolveOptions } from '../../src/runtime/options/resolve-options.ts'

const flags = (values: Partial<Record<OptionName, string[]>>) =>
  flagLayer(new Map(Object.entries(values) as [OptionName, string[]][]))

function fails(code: ErrorCode, message: RegExp, work: () => unknown): void {
  assert.throws(work, error => {
    assert.ok(error instanceof HeadcountError, String(error))
    assert.equal(error.code, code)
    assert.match(`${error.message} | ${error.cure}`, message)
    return true
  })
}

test('defaults are parsed like everything else', () => {
  const options = resolveOptions(['precision', 'wait', 'window', 'sketch', 'only-final'], [])
  assert.equal(options.get('precision'), 14)
  assert.equal(options.get('wait'), 5_000)
  assert.deepEqual(options.get('window'), ['1m'])
  assert.equal(options.get('sketch'), 'adaptive')
  assert.equal(options.get('only-final'), false)
})

test('a needed option that nobody set says what for, and how', () => {
  const options = resolveOptions(['key'], [])
  assert.equal(options.get('key'), undefined)
  fails('option-missing', /--key is needed for counting \| add --key uid/, () =>
    options.need('key', 'counting')
  )
})

test('an option that the command did not ask for is a bug, not undefined', () => {
  const options = resolveOptions(['key'], [])
  assert.throws(() => options.get('topic'), /broken invariant/)
})

test('a wrong value names the place where it stands, what is expected and an example', () => {
  fails('option-value', /--precision: 99 is not a whole number from 4 to 18 \| .*12/, () =>
    resolveOptions(['precision'], [flags({ precision: ['99'] })])
  )
  const variables = { HEADCOUNT_PRECISION: '99' }
  fails('environment-value', /^HEADCOUNT_PRECISION in \.env: 99/, () =>
    resolveOptions(['precision'], [environmentLayer('dotenv', variables)])
  )
  fails('config-file', /^configuration file a\.json: "precision": 99 is not/, () =>
    resolveOptions(['precision'], [fileLayer('project', 'a.json', '{"precision":99}')])
  )
})

test('a file for all commands may hold options that this one does not take', () => {
  const layer = fileLayer('project', 'a.json', '{"precision":99,"key":"uid"}')
  assert.deepEqual(resolveOptions(['key'], [layer]).get('key'), ['uid'])
})

test('two flags that exclude each other are refused, a flag over a file is not', () => {
  const names = ['last', 'read-from'] as const
  const last = flags({ last: ['5'] })
  fails('option-conflict', /--last cannot be combined with --from/, () =>
    resolveOptions(names, [flags({ last: ['5'], 'read-from': ['0'] })])
  )
  const file = fileLayer('project', 'a.json', '{"read-from":"latest"}')
  assert.equal(resolveOptions(names, [last, file]).get('last'), 5)
})

test('a file gives lists, numbers, switches and pairs in their JSON form', () => {
  const json =
    '{"window":["1m","1h"],"only-final":true,"topic-config":{"cleanup.policy":"compact"}}'
  const options = resolveOptions(
    ['window', 'only-final', 'topic-config'],
    [fileLayer('project', 'a.json', json)]
  )
  assert.deepEqual(options.get('window'), ['1m', '1h'])
  assert.equal(options.get('only-final'), true)
  assert.deepEqual(options.get('topic-config'), [['cleanup.policy', 'compact']])
})

test('every option of pairs takes an object in a file, and lines in the environment', () => {
  const file = fileLayer('project', 'a.json', '{"where":{"type":"login","plan":2}}')
  assert.deepEqual(resolveOptions(['where'], [file]).get('where'), [
    ['type', 'login'],
    ['plan', '2']
  ])
  const variables = { HEADCOUNT_WHERE: 'city=Paris, TX\ntype=login\n' }
  const environment = environmentLayer('environment', variables)
  assert.deepEqual(resolveOptions(['where'], [environment]).get('where'), [
    ['city', 'Paris, TX'],
    ['type', 'login']
  ])
})

test('a damaged file says where, without quoting it', () => {
  const json = '{"sasl-password": "hunter2",\n oops}'
  assert.throws(
    () => fileLayer('project', 'a.json', json),
    error => {
      assert.ok(error instanceof HeadcountError)
      assert.match(error.message, /a\.json: it is not JSON \(line 2 column 2\)/)
      assert.doesNotMatch(error.message, /hunter2|oops/)
      return true
    }
  )
  for (const wrong of ['[]', '3', 'null', '"key"']) {
    fails('config-file', /not one JSON object/, () => fileLayer('project', 'a.json', wrong))
  }
  fails('config-file', /unknown option "windw", did you mean "window"/, () =>
    fileLayer('project', 'a.json', '{"windw":"1m"}')
  )
  fails('config-file', /"window" must be/, () =>
    fileLayer('project', 'a.json', '{"window":{"a":1}}')
  )
})

test('a misspelt variable is noticed, a foreign one is left alone', () => {
  const variables = {
    HEADCOUNT_BROKER: 'a',
    HEADCOUNT_BROKERS: 'b',
    HEADCOUNT_CHARTER_URL: 'c',
    PATH: '/bin'
  }
  assert.deepEqual(misspeltVariables(variables), [['HEADCOUNT_BROKER', 'HEADCOUNT_BROKERS']])
})

test('an empty variable is as good as none', () => {
  const layer = environmentLayer('environment', { HEADCOUNT_PRECISION: '' })
  assert.equal(resolveOptions(['precision'], [layer]).get('precision'), 14)
})
