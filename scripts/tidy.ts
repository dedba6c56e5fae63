import * as docsRules from './gate/docs-rules.ts'
import { glossaryKept, kebabNames, tellingNames } from './gate/name-rules.ts'
import * as testRules from './gate/test-rules.ts'
import {
  fileLength,
  fileSize,
  lineWidth,
  noLeftoverMarks,
  noMachinePaths,
  noRegistryAddresses,
  silencedWithReason
} from './gate/text-rules.ts'
import { readTree, report } from './gate/tree.ts'

/** The house rules that neither formatter, linter nor compiler know. Each has a test that breaks it. */
const rules = [
  fileLength,
  lineWidth,
  fileSize,
  noLeftoverMarks,
  silencedWithReason,
  noMachinePaths,
  noRegistryAddresses,
  kebabNames,
  tellingNames,
  glossaryKept,
  ...Object.values(testRules),
  ...Object.values(docsRules)
]

const tree = readTree()
const findings = rules.flatMap(rule => rule(tree))
process.exitCode = report('tidy', tree.length, findings)
