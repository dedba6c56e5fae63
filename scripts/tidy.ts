import * as docsRules from './gate/docs-rules.ts'
import * as nameRules from './gate/name-rules.ts'
import { runRules } from './gate/rule-run.ts'
import * as specRules from './gate/spec-rules.ts'
import * as testRules from './gate/test-rules.ts'
import * as textRules from './gate/text-rules.ts'
import { readTree, report } from './gate/tree.ts'

/** The house rules that neither formatter, linter nor compiler know. */
const tree = readTree()
const rules = { ...textRules, ...nameRules, ...testRules, ...docsRules, ...specRules }
const findings = runRules(rules, tree)
process.exitCode = report('tidy', tree.length, findings)
