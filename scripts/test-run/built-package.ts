import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../gate/tree.ts'
import { bundle } from '../package/bundle.ts'

/** Where tests find the command line to run. */
export const BIN_VARIABLE = 'HEADCOUNT_TEST_BIN'

/** The package as it ships, without what it does not: tests run what users install. */
export class BuiltPackage {
  readonly bin: string
  /** For what Node compiles: each of hundreds of processes would compile the same files anew. */
  readonly compileCache: string
  private readonly folder = mkdtempSync(join(tmpdir(), 'headcount-package-'))

  constructor() {
    const { folder } = this
    bundle(join(folder, 'dist'))
    for (const part of ['bin', 'package.json']) {
      cpSync(join(projectRoot, part), join(folder, part), { recursive: true })
    }
    symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'))
    this.bin = join(folder, 'bin', 'headcount.js')
    this.compileCache = join(folder, 'compiled')
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
