import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** One file of the project. Rules see only this, so a test can hand them a tree in memory. */
export interface TreeFile {
  /** Relative to the project root, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly bytes: number
}

/** What a rule found: where, what, and the reason the rule exists. */
export interface Finding {
  readonly path: string
  /** From 1; 0 means the file as a whole. */
  readonly line: number
  readonly what: string
  readonly why: string
}

/** A rule looks at the whole tree, because half of what we care about spans files. */
export type Rule = (tree: readonly TreeFile[]) => Finding[]

export const projectRoot = join(import.meta.dirname, '..', '..')

const TEXT_BYTES_MAX = 1_000_000

/** Every file that lands with the next commit: tracked or new, not ignored, not deleted. */
export function readTree(root: string = projectRoot): TreeFile[] {
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8'
  })
  const paths = new Set(listed.split('\0').filter(path => path !== ''))
  return [...paths].sort().flatMap(path => {
    const bytes = statSync(join(root, path), { throwIfNoEntry: false })?.size
    if (bytes === undefined) return []
    const raw = bytes > TEXT_BYTES_MAX ? undefined : readFileSync(join(root, path))
    const binary = raw === undefined || raw.includes(0)
    return [{ path, text: binary ? '' : raw.toString('utf8'), bytes }]
  })
}

/** A file of an invented tree, for tests of the rules. */
export function treeFile(path: string, text: string): TreeFile {
  return { path, text, bytes: Buffer.byteLength(text) }
}

/** Prints what the rules found, grouped by reason; returns the exit status. */
export function report(name: string, files: number, findings: readonly Finding[]): number {
  const byReason = Map.groupBy(findings, finding => finding.why)
  for (const [why, group] of byReason) {
    for (const { path, line, what } of group) {
      console.log(`${path}${line === 0 ? '' : `:${line}`}: ${what}`)
    }
    console.log(`    why: ${why}\n`)
  }
  const problems = findings.length === 1 ? '1 problem' : `${findings.length} problems`
  console.log(`${name}: ${files} files, ${problems}`)
  return findings.length === 0 ? 0 : 1
}
