import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  noHiddenTests,
  noSleeps,
  testsAreRun,
  testsMirrorSource
} from '../../scripts/gate/test-rules.ts'
import { assertClean, assertFinds, treeOf } from './broken-rule.ts'

// Put together from parts: the rules read this file too.
const call = (name: string): string => `${['test', name].join('.')}(`
const wait = ['await sle', 'ep(100)'].join('')
const timer = ['setTime', 'out(done, 100)'].join('')

test('tests mirror the folders of src', () => {
  assertClean(testsMirrorSource, {
    'src/core/a.ts': '',
    'test/core/a.test.ts': '',
    'test/conformance/b.conformance.ts': ''
  })
  assertFinds(testsMirrorSource, { 'src/core/a.ts': '', 'test/kernel/a.test.ts': '' }, [
    'test/kernel/a.test.ts:0 test/kernel mirrors no folder of src/'
  ])
})

test('a file with tests that the runner would not take is found', () => {
  assertFinds(testsAreRun, { 'test/core/a.spec.ts': `import 'x'\ntest('a', () => {})` }, [
    'test/core/a.spec.ts:2 declares tests, but its name does not end in .test.ts'
  ])
  assertClean(testsAreRun, { 'test/core/frames.ts': 'export const frames = 1' })
})

test('a test that runs alone is found, and one left out without a reason', () => {
  const alone = noHiddenTests(treeOf({ 'test/core/a.test.ts': `${call('only')}'a')` }))
  assert.match(alone[0]!.what, /left in$/)
  const skipped = { 'test/core/a.test.ts': `${call('skip')}'a')` }
  assert.match(noHiddenTests(treeOf(skipped))[0]!.what, /without a reason/)
  assertClean(noHiddenTests, {
    'test/core/a.test.ts': `// needs a 3 GB file\n${call('skip')}'a')\ntest('b', { skip: 'no data' })\n  t.skip(reason)`
  })
})

test('a sleep is found; a timer with its reason is not', () => {
  for (const line of [wait, timer]) {
    const found = noSleeps(treeOf({ 'test/core/a.test.ts': `\n${line}` }))
    assert.equal(found[0]?.line, 2, line)
    assertClean(noSleeps, { 'test/core/a.test.ts': `// polls: the broker tells nobody\n${line}` })
  }
})
