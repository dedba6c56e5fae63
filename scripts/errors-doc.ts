import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorPage, errorPagePath } from './gate/error-page.ts'
import { projectRoot } from './gate/tree.ts'

/** Prints `docs/ERRORS.md` from the table; `--write` puts it there. */
const page = errorPage(readFileSync(join(projectRoot, 'src/core/error-table.ts'), 'utf8'))
if (process.argv.includes('--write')) {
  writeFileSync(join(projectRoot, errorPagePath), page)
  console.log(`${errorPagePath} written`)
} else {
  process.stdout.write(page)
}
