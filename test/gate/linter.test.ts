import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { projectRoot } from '../../scripts/gate/tree.ts'

const folder = mkdtempSync(join(tmpdir(), 'headcount-lint-'))
after(() => rmSync(folder, { recursive: true }))

/** What biome says with our configuration: `path rule`, for files outside the project. */
function lint(files: Readonly<Record<string, string>>): string[] {
  copyFileSync(join(projectRoot, 'biome.json'), join(folder, 'biome.json'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const biome = join(projectRoot, 'node_modules', '.bin', 'biome')
  const args = ['lint', '--reporter=github', '.']
  const { stdout, error } = spawnSync(biome, args, { cwd: folder, encoding: 'utf8' })
  assert.ifError(error)
  const found = stdout.matchAll(/title=lint\/\w+\/(\w+),file=(?:\S*headcount-lint-\w+\/)?([^,]+),/g)
  return [...found].map(match => `${match[2]} ${match[1]}`).sort()
}

test('the configured linter refuses what docs/STYLE.md says it refuses', () => {
  const said = lint({
    'src/core/any.ts': 'export const a = (b: any) => b\n',
    'src/core/console.ts': 'console.log(1)\n',
    'src/core/default.ts': 'export default 1\n',
    'src/core/long.ts': `export function f(): void {\n${'  f()\n'.repeat(80)}}\n`,
    'src/core/node.ts': `import 'fs'\n`,
    'src/core/type.ts': `import { A } from './any.ts'\nexport type B = A\n`,
    'src/cli/print.ts': 'console.log(1)\n',
    'scripts/print.ts': 'console.log(1)\n'
  })
  assert.deepEqual(said, [
    'src/core/any.ts noExplicitAny',
    'src/core/console.ts noConsole',
    'src/core/default.ts noDefaultExport',
    'src/core/long.ts noExcessiveLinesPerFunction',
    'src/core/node.ts useNodejsImportProtocol',
    'src/core/type.ts useImportType'
  ])
})
