import { globSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { projectRoot } from '../gate/tree.ts'

const source = join(projectRoot, 'src')

/** What is loaded by its name: the public entries, the command line and the threads. */
const entries = ['index.ts', 'sketch/index.ts', 'testing/index.ts', 'cli/main.ts']

/**
 * The JavaScript of the package: an entry each, and what they share in `chunks/` (docs/design/0020-bundled-package.md).
 * Dependencies stay outside. Throws with what is wrong.
 */
export function bundle(outdir: string): void {
  const threads = globSync('*/thread.ts', { cwd: source })
  buildSync({
    entryPoints: [...entries, ...threads].map(entry => join(source, entry)),
    outbase: source,
    outdir,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // One folder deep, as the modules that name a file beside them are.
    chunkNames: 'chunks/[name]-[hash]',
    logLevel: 'warning'
  })
}
