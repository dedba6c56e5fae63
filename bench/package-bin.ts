import { execFileSync } from 'node:child_process'
import { cpSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const cloneBin = join(root, 'bin', 'headcount.js')
/** The same place each time, so that Node finds again what it compiled there. */
const folder = join(tmpdir(), 'headcount-bench-package')

let built: string | undefined

/** The script that is measured: what users install is the package, made of this clone at the first question. */
export function measuredScript(script: string): string {
  if (script !== cloneBin) return script
  built ??= build()
  return built
}

function build(): string {
  rmSync(folder, { recursive: true, force: true })
  execFileSync(process.execPath, [join(root, 'scripts', 'build.ts'), join(folder, 'dist')])
  for (const part of ['bin', 'package.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return join(folder, 'bin', 'headcount.js')
}
