import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runRules } from '../../scripts/gate/rule-run.ts'
import type { Rule } from '../../scripts/gate/tree.ts'
import { treeOf } from './broken-rule.ts'

/** Finds the word `wrong`, wherever it stands. */
const noWrong: Rule = tree =>
  tree.flatMap(({ path, text }) =>
    text.split('\n').flatMap((each, i) => {
      const wrong = each.startsWith('wrong')
      return wrong ? [{ path, line: i + 1, what: 'wrong', why: 'because' }] : []
    })
  )

function found(text: string): string[] {
  return runRules({ noWrong }, treeOf({ 'src/core/a.ts': text })).map(
    ({ line, what }) => `${line} ${what}`
  )
}

test('an exception stands in the line above, with its rule and its reason', () => {
  assert.deepEqual(found('wrong()'), ['1 wrong'])
  assert.deepEqual(found('// gate-ignore noWrong: the vectors are given so\nwrong()'), [])
  assert.deepEqual(found('// gate-ignore noWrong: a reason that\n// takes two lines\nwrong()'), [])
})

test('an exception without a reason, for another rule or another line is none', () => {
  assert.deepEqual(found('// gate-ignore noWrong:\nwrong()'), ['2 wrong'])
  assert.deepEqual(found('// gate-ignore other: a very good reason\nwrong()'), ['2 wrong'])
})

test('an exception that silences nothing is found', () => {
  assert.deepEqual(found('// gate-ignore noWrong: a very good reason\nright()\nwrong()'), [
    '3 wrong',
    '1 gate-ignore noWrong silences nothing'
  ])
})
