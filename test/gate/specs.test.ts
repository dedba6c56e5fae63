import { test } from 'node:test'
import { specsNameTests } from '../../scripts/gate/spec-rules.ts'
import { assertClean, assertFinds } from './broken-rule.ts'

const tests = {
  'test/merge/watermark.test.ts': [
    "test('it never moves back', () => {})",
    'test(name + ` hold it: at most one`, () => {})'
  ].join('\n')
}

test('an invariant names its tests: by file, by a letter of the page, or the simulation', () => {
  assertClean(specsNameTests, {
    ...tests,
    'docs/specs/a.md': [
      '# A',
      'W = `watermark.test.ts`. Steps that are none:',
      '1. first',
      '',
      '1. **It never moves back.** (`watermark.test.ts`)',
      '2. **Nor does it jump.** `watermark.test.ts`: *it never moves',
      '   back*, *hold it: at …*',
      '3. **At all.** W: *it never moves back*; W, the rest',
      '4. **Really.** (simulation)'
    ].join('\n')
  })
})

test('an invariant without a test is found, and a test that is gone', () => {
  assertFinds(
    specsNameTests,
    {
      ...tests,
      'docs/specs/a.md': [
        '# A',
        '1. **Never.** Because we say so',
        '2. **Ever.** (`clock.test.ts`)',
        '3. **Often.** `watermark.test.ts`: *it never moves*, *it never …*'
      ].join('\n')
    },
    [
      'docs/specs/a.md:2 an invariant without a test',
      'docs/specs/a.md:3 there is no clock.test.ts',
      'docs/specs/a.md:4 test/merge/watermark.test.ts has no test "it never moves"'
    ]
  )
})
