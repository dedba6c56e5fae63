import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  errorPage,
  errorPageIsCurrent,
  errorTablePaths,
  everyCodeIsThrown,
  tableSource,
  unusedCodes
} from '../../scripts/gate/error-page.ts'
import { readTree } from '../../scripts/gate/tree.ts'
import { errorTable } from '../../src/core/error-table.ts'
import { treeOf } from './broken-rule.ts'

const tree = readTree()
const tables = tree.filter(({ path }) => errorTablePaths.includes(path))

test('docs/ERRORS.md equals the table: npx node scripts/errors-doc.ts --write', () => {
  assert.deepEqual(errorPageIsCurrent(tree), [])
})

test('a page that differs by a word is found', () => {
  const changed = tree.map(file =>
    file.path === 'docs/ERRORS.md' ? { ...file, text: file.text.replace('Errors', 'Error') } : file
  )
  assert.equal(errorPageIsCurrent(changed).length, 1)
  assert.equal(errorPageIsCurrent(tables).length, 1)
})

test('the page has every code once, with its exit status', () => {
  const page = errorPage(tableSource(tree))
  for (const [code, { exit }] of Object.entries(errorTable)) {
    const rows = page.split('\n').filter(line => line.startsWith(`| \`${code}\` |`))
    assert.equal(rows.length, 1, code)
    assert.ok(rows[0]!.endsWith(`| ${exit} |`), code)
  }
})

test('every code of the table is thrown somewhere', () => {
  const unused = everyCodeIsThrown(tree).map(({ what }) => what)
  assert.deepEqual(unused, [])
})

test('the launcher words its error as the table does', () => {
  const { message, cure } = errorTable['node-old']
  const launcher = tree.find(({ path }) => path === 'bin/headcount.js')!.text
  assert.ok(launcher.includes(message.replace('{version}', `$${'{version}'}`)))
  assert.ok(launcher.includes(cure))
})

test('asking for an error is not throwing it', () => {
  const asked = treeOf({ 'src/host/a.ts': `if (isFailure(error, 'port-taken')) return` })
  assert.equal(unusedCodes(asked, ['port-taken']).length, 1)
  const thrown = treeOf({ 'src/host/a.ts': `throw failure('port-taken', { port })` })
  assert.equal(unusedCodes(thrown, ['port-taken']).length, 0)
})
