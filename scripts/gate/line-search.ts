import type { Finding, TreeFile } from './tree.ts'

/** Findings for every line of the files that matches. */
export function linesMatching(
  files: readonly TreeFile[],
  pattern: RegExp,
  why: string,
  describe: (match: RegExpExecArray) => string
): Finding[] {
  return files.flatMap(file =>
    file.text.split('\n').flatMap((text, i) => {
      const match = pattern.exec(text)
      return match ? [{ path: file.path, line: i + 1, what: describe(match), why }] : []
    })
  )
}
