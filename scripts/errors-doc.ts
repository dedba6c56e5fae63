import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorPage, errorPagePath, errorTablePaths } from './gate/error-page.ts'
import { projectRoot } from './gate/tree.ts'

/** Prints `docs/ERRORS.md` from the table; `--write` puts it there. */
const sources = errorTablePaths.map(path => readFileSync(join(projectRoot, path), 'utf8'))
const page = errorPage(sources.join('\n'))
if (process.argv.includes('--write')) {
  writeFileSync(join(projectRoot, errorPagePath), page)
  console.log(`${errorPagePath} written`)
} else {
  process.stdout.write(page)
}
