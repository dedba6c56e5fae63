import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './gate/tree.ts'
import { bundle } from './package/bundle.ts'

// What is published, into dist/: the types of every module, and the code in a few files.
// With a folder: the code, there.
const [, , folder] = process.argv
const dist = folder ?? join(projectRoot, 'dist')

rmSync(dist, { recursive: true, force: true })
if (folder === undefined) {
  const compiler = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = ['-p', 'tsconfig.build.json', '--emitDeclarationOnly']
  execFileSync(process.execPath, [compiler, ...options], { cwd: projectRoot, stdio: 'inherit' })
}
bundle(dist)
