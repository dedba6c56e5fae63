import { noCycles } from './gate/cycle-rules.ts'
import { tableMatchesTree, walls } from './gate/import-rules.ts'
import { tableMarkdown } from './gate/import-table.ts'
import * as purityRules from './gate/purity-rules.ts'
import { runRules } from './gate/rule-run.ts'
import { isCode } from './gate/source.ts'
import { readTree, report } from './gate/tree.ts'

/** Who may import whom, and what the pure rooms may not do. `--markdown` prints the table. */
if (process.argv.includes('--markdown')) {
  process.stdout.write(tableMarkdown())
} else {
  const tree = readTree()
  const findings = runRules({ walls, tableMatchesTree, noCycles, ...purityRules }, tree)
  process.exitCode = report('layers', tree.filter(file => isCode(file.path)).length, findings)
}
