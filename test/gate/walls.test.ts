import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noCycles } from '../../scripts/gate/cycle-rules.ts'
import { tableMatchesTree, walls } from '../../scripts/gate/import-rules.ts'
import { rooms, tableMarkdown } from '../../scripts/gate/import-table.ts'
import { readTree } from '../../scripts/gate/tree.ts'
import { assertClean, assertFinds, treeOf } from './broken-rule.ts'

const core = { 'src/core/a.ts': 'export type A = 1' }

test('a room may import what its row allows, and itself', () => {
  assertClean(walls, {
    ...core,
    'src/sketch/b.ts': `import type { A } from '../core/a.ts'\nexport type B = A`,
    'src/sketch/c.ts': `import type { B } from './b.ts'\nexport type C = B`
  })
})

test('an import through a wall is found, with its line and what is allowed', () => {
  assertFinds(
    walls,
    {
      ...core,
      'src/sketch/b.ts': 'export const b = 1',
      'src/window/c.ts': `import type { A } from '../core/a.ts'\nimport { b } from '../sketch/b.ts'`
    },
    ['src/window/c.ts:2 imports src/sketch/b.ts; window may import core']
  )
})

test('every form of import counts', () => {
  const forms = [
    `import { b } from '../sketch/b.ts'`,
    `import type { B } from '../sketch/b.ts'`,
    `import '../sketch/b.ts'`,
    `export { b } from '../sketch/b.ts'`,
    `export * from '../sketch/b.ts'`,
    `export type { B } from '../sketch/b.ts'`,
    `const b = import('../sketch/b.ts')`,
    `type B = import('../sketch/b.ts').B`,
    `const b = require('../sketch/b.ts')`,
    `const b = createRequire(import.meta.url)('../sketch/b.ts')`
  ]
  for (const form of forms) {
    const found = walls(treeOf({ 'src/sketch/b.ts': '', 'src/core/c.ts': form }))
    assert.equal(found.length, 1, form)
    assert.match(found[0]!.what, /core may import nothing/, form)
  }
})

test('an import whose target is computed is refused: nobody can judge it', () => {
  assertFinds(walls, { 'src/kafka/a.ts': 'const name = "x"\nawait import(name)' }, [
    'src/kafka/a.ts:2 an import whose target is computed'
  ])
})

test('where only formats are open, other files of the room are closed', () => {
  const combine = {
    'src/combine/partial.ts': 'export type P = 1',
    'src/combine/combiner.ts': 'export type C = 1'
  }
  assertClean(walls, {
    ...combine,
    'src/merge/a.ts': `import type { P } from '../combine/partial.ts'`
  })
  const found = walls(
    treeOf({ ...combine, 'src/merge/a.ts': `import type { C } from '../combine/combiner.ts'` })
  )
  assert.match(found[0]!.what, /imports src\/combine\/combiner\.ts; merge may import .*formats/)
})

test('packages and node modules are walls too', () => {
  const use = (specifier: string): string => `import x from '${specifier}'\nx()`
  assertClean(walls, {
    'src/kafka/a.ts': use('@platformatic/kafka'),
    'src/host/b.ts': use('node:fs/promises'),
    'src/cli/c.ts': use('commander')
  })
  assertFinds(walls, { 'src/host/a.ts': use('@platformatic/kafka') }, [
    'src/host/a.ts:1 uses @platformatic/kafka; packages open to host: node:*'
  ])
  assertFinds(walls, { 'src/core/a.ts': use('node:fs') }, [
    'src/core/a.ts:1 uses node:fs; packages open to core: none'
  ])
  assertFinds(walls, { 'scripts/a.ts': use('left-pad') }, [
    'scripts/a.ts:1 uses left-pad; packages open to scripts: esbuild, oxc-parser, node:*'
  ])
})

test('src never imports from beside itself; tests may import src', () => {
  assertClean(walls, { ...core, 'test/core/a.test.ts': `import '../../src/core/a.ts'` })
  assertFinds(walls, { 'scripts/x.ts': '', 'src/cli/a.ts': `import '../../scripts/x.ts'` }, [
    `src/cli/a.ts:1 imports scripts/x.ts; cli may import ${rooms.cli!.imports.join(', ')}`
  ])
})

test('a folder without a row and a file that is not there are found', () => {
  assertFinds(walls, { 'src/drawer/a.ts': '' }, [
    'src/drawer/a.ts:0 no row for drawer/ in the import table'
  ])
  assertFinds(walls, { 'src/core/a.ts': `import './b.js'` }, [
    'src/core/a.ts:1 ./b.js is not a file of the project'
  ])
})

test('a cycle is found between rooms, inside a room, and through types', () => {
  assertFinds(
    noCycles,
    {
      'src/core/a.ts': `\nimport type { B } from './b.ts'`,
      'src/core/b.ts': `export type * from './c.ts'`,
      'src/core/c.ts': `import './a.ts'`
    },
    ['src/core/a.ts:2 import cycle: src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts']
  )
  assertFinds(noCycles, { 'src/core/a.ts': `import './a.ts'` }, [
    'src/core/a.ts:1 import cycle: src/core/a.ts → src/core/a.ts'
  ])
  assertClean(noCycles, {
    'src/core/a.ts': `import './b.ts'\nimport './c.ts'`,
    'src/core/b.ts': `import './c.ts'`,
    'src/core/c.ts': ''
  })
})

test('a row for a room or a format that is not there is found', () => {
  const found = tableMatchesTree(treeOf({ 'src/combine/other.ts': '' })).map(({ what }) => what)
  assert.ok(found.includes('src/core/ is in the table but not in the tree'))
  assert.ok(found.includes('src/combine/partial.ts does not exist'))
})

test('the rows allow no cycle of rooms', () => {
  const order: string[] = []
  const visit = (name: string, path: readonly string[]): void => {
    assert.ok(!path.includes(name), `rooms in a circle: ${[...path, name].join(' → ')}`)
    if (order.includes(name)) return
    const row = rooms[name]!
    for (const next of [...row.imports, ...(row.importsFormatsOf ?? [])]) {
      assert.ok(next in rooms, `${name} may import ${next}, which has no row`)
      visit(next, [...path, name])
    }
    order.push(name)
  }
  for (const name of Object.keys(rooms)) visit(name, [])
})

test('docs/ARCHITECTURE.md prints the table as it is', () => {
  const page = readTree().find(({ path }) => path === 'docs/ARCHITECTURE.md')
  assert.ok(page, 'docs/ARCHITECTURE.md exists')
  const printed = /<!-- import-table -->\n([\s\S]*?)<!-- \/import-table -->/.exec(page.text)?.[1]
  assert.equal(printed?.trim(), tableMarkdown().trim(), 'npx node scripts/layers.ts --markdown')
})
