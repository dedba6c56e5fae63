import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  codeNamesPages,
  formatsHaveCode,
  fragmentNames,
  linksResolve,
  oneTitle
} from '../../scripts/gate/docs-rules.ts'
import { assertClean, assertFinds, treeOf } from './broken-rule.ts'

test('a page has one title, first; a fragment has none', () => {
  assertClean(oneTitle, {
    'docs/a.md': '# A\n\n## B\n\n```sh\n# a comment\n```\n',
    'changes/a.fix.md': 'Counts right.\n',
    'changes/README.md': '# Fragments\n'
  })
  assertFinds(
    oneTitle,
    { 'docs/a.md': '# A\n\n# B\n', 'docs/b.md': 'text\n', 'changes/a.fix.md': '# A\n' },
    [
      'docs/a.md:3 not exactly one title, in its first line',
      'docs/b.md:1 not exactly one title, in its first line',
      'changes/a.fix.md:1 a fragment has no title'
    ]
  )
})

test('links lead to files, folders and headings that exist', () => {
  assertClean(linksResolve, {
    'docs/a.md': '# A\n\n[b](b.md) [src](../src) [h](b.md#late-frames) [w](https://x.y) `[n](n)`\n',
    'docs/b.md': '# B\n\n## Late frames!\n',
    'src/core/a.ts': ''
  })
  assertFinds(
    linksResolve,
    { 'docs/a.md': '# A\n\n[b](b.md)\n[h](#none)\n', 'README.md': '# R\n[d](docs/b.md)\n' },
    [
      'docs/a.md:3 link to b.md leads nowhere',
      'docs/a.md:4 link to #none leads nowhere',
      'README.md:2 link to docs/b.md leads nowhere'
    ]
  )
})

test('a format page and its code name each other', () => {
  assertClean(formatsHaveCode, {
    'docs/formats/mark.md': '# Mark\n',
    'src/combine/mark.ts': '// drawn in docs/formats/mark.md'
  })
  assertFinds(formatsHaveCode, { 'docs/formats/mark.md': '', 'src/combine/mark.ts': '' }, [
    'docs/formats/mark.md:0 no file of src/ names this page'
  ])
  const sent = codeNamesPages(treeOf({ 'src/a.ts': ['\n// see docs', 'gone.md'].join('/') }))
  assert.deepEqual(
    [sent[0]?.line, sent[0]?.what],
    [2, ['docs', 'gone.md does not exist'].join('/')]
  )
})

test('fragments end in what they are', () => {
  assertClean(fragmentNames, { 'changes/faster-hash.perf.md': '', 'changes/README.md': '' })
  assertFinds(fragmentNames, { 'changes/faster.md': '' }, [
    'changes/faster.md:0 not named <slug>.feature.md, .fix.md, .perf.md or .breaking.md'
  ])
})
