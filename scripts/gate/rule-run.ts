import { isCode, sourceOf } from './source.ts'
import type { Finding, Rule, TreeFile } from './tree.ts'

/**
 * Runs named rules. An exception is made where it stands, never in a list: a comment
 * `gate-ignore ruleName: the reason` in the line of the finding or the one above it. One that silences
 * nothing is a finding itself, so that exceptions go when their cause goes.
 */
export function runRules(
  rules: Readonly<Record<string, Rule>>,
  tree: readonly TreeFile[]
): Finding[] {
  const ignores = tree.filter(({ path }) => isCode(path)).flatMap(ignoresOf)
  const findings = Object.entries(rules).flatMap(([name, rule]) =>
    rule(tree).filter(({ path, line }) => {
      const ignore = ignores.find(
        each => each.path === path && each.rule === name && line >= each.line && line <= each.last
      )
      if (ignore) ignore.used = true
      return ignore === undefined
    })
  )
  const idle = ignores
    .filter(({ rule, used }) => rule in rules && !used)
    .map(({ path, line, rule }) => ({
      path,
      line,
      what: `gate-ignore ${rule} silences nothing`,
      why: 'an exception goes when its cause goes'
    }))
  return [...findings, ...idle]
}

interface Ignore {
  readonly path: string
  readonly rule: string
  readonly line: number
  /** The last line it covers: the first one after its comment. */
  readonly last: number
  used: boolean
}

function ignoresOf(file: TreeFile): Ignore[] {
  const { comments } = sourceOf(file)
  const commented = new Set(comments.map(({ line }) => line))
  return comments.flatMap(({ name, line }) => {
    const rule = /\bgate-ignore (\w+): \S.{8,}/.exec(name)?.[1]
    let last = line + 1
    while (commented.has(last)) last++
    return rule ? [{ path: file.path, rule, line, last, used: false }] : []
  })
}
