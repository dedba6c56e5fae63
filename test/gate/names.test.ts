import assert from 'node:assert/strict'
import { test } from 'node:test'
import { glossaryWords } from '../../scripts/gate/glossary.ts'
import { glossaryKept, kebabNames, tellingNames } from '../../scripts/gate/name-rules.ts'
import { readTree } from '../../scripts/gate/tree.ts'
import { assertClean, assertFinds } from './broken-rule.ts'

test('names are kebab-case', () => {
  assertClean(kebabNames, {
    'src/core/error-table.ts': '',
    'test/core/bytes.prop.test.ts': '',
    'README.md': '',
    '.oxlintrc.json': '',
    'docs/design/0001-one-package.md': ''
  })
  assertFinds(kebabNames, { 'src/core/errorTable.ts': '', 'src/Core/a_b.ts': '' }, [
    'src/core/errorTable.ts:0 errorTable.ts is not kebab-case',
    'src/Core/a_b.ts:0 Core is not kebab-case',
    'src/Core/a_b.ts:0 a_b.ts is not kebab-case'
  ])
})

test('a name that says nothing is found anywhere in a path', () => {
  for (const name of ['utils.ts', 'time-utils.ts', 'helpers/a.ts', 'common.ts', 'a-manager.ts']) {
    assert.equal(tellingNames([{ path: `src/core/${name}`, text: '', bytes: 0 }]).length, 1, name)
  }
  assertClean(tellingNames, { 'src/core/commonwealth.ts': '', 'src/core/managerial.ts': '' })
})

const page =
  '| word | meaning | not |\n|---|---|---|\n| pane | finest | `bucket`, `time slot`, part |\n'

test('a refused synonym is found in names, in comments and in paths', () => {
  assertFinds(
    glossaryKept,
    {
      'docs/GLOSSARY.md': page,
      'src/window/a.ts':
        'const openBuckets = 1\n// a bucket of frames\nconst timeSlot = openBuckets',
      'src/window/bucket-table.ts': ''
    },
    [
      'src/window/a.ts:1 "bucket": we say pane',
      'src/window/a.ts:3 "time slot": we say pane',
      'src/window/a.ts:3 "bucket": we say pane',
      'src/window/a.ts:2 "bucket": we say pane',
      'src/window/bucket-table.ts:0 "bucket": we say pane'
    ]
  )
})

test('strings, advice and other words are free', () => {
  assertClean(glossaryKept, {
    'docs/GLOSSARY.md': page,
    'src/window/a.ts': `const part = 'bucket'\nconst bucketing = part`,
    'scripts/a.ts': 'const bucket = 1'
  })
})

test('the glossary refuses at least the words that were confused before', () => {
  const refused = glossaryWords(readTree()).map(each => each.refused)
  for (const word of ['bucket', 'dead letter', 'straggler', 'rehydrate']) {
    assert.ok(refused.includes(word), word)
  }
})
