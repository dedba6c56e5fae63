import assert from 'node:assert/strict'
import { type Rule, type TreeFile, treeFile } from '../../scripts/gate/tree.ts'

/** An invented tree: path → text. */
export function treeOf(files: Readonly<Record<string, string>>): TreeFile[] {
  return Object.entries(files).map(([path, text]) => treeFile(path, text))
}

/** The rule finds exactly this: `path:line what`. */
export function assertFinds(
  rule: Rule,
  files: Readonly<Record<string, string>>,
  expected: readonly string[]
): void {
  const found = rule(treeOf(files)).map(({ path, line, what }) => `${path}:${line} ${what}`)
  assert.deepEqual(found, expected)
  for (const { why } of rule(treeOf(files))) assert.ok(why.length > 10, 'a finding says why')
}

/** The rule has nothing to say. */
export function assertClean(rule: Rule, files: Readonly<Record<string, string>>): void {
  assertFinds(rule, files, [])
}
