import { linesMatching } from './line-search.ts'
import { isCode } from './source.ts'
import type { Finding, Rule, TreeFile } from './tree.ts'

/** Folders of `test/` that stand for something else than a folder of `src/`. */
const SUITES = new Set(['conformance', 'gate', 'golden', 'integration', 'regressions', 'sim'])

const tests = (tree: readonly TreeFile[]): TreeFile[] =>
  tree.filter(({ path }) => path.startsWith('test/') && isCode(path))

/** `test/` mirrors `src/`, so that nobody searches for the test of a file. */
export const testsMirrorSource: Rule = tree => {
  const rooms = new Set(tree.flatMap(({ path }) => /^src\/([^/]+)\//.exec(path)?.[1] ?? []))
  return tests(tree).flatMap(({ path }) => {
    const folder = path.split('/')[1]!
    if (SUITES.has(folder) || rooms.has(folder)) return []
    const what = `test/${folder} mirrors no folder of src/`
    const why = 'the test of src/x/y.ts is test/x/y.test.ts: nobody has to search'
    return [{ path, line: 0, what, why }]
  })
}

/** The runner takes `*.test.ts`; a suite that ends otherwise would never run. */
export const testsAreRun: Rule = tree =>
  tests(tree).flatMap(({ path, text }) => {
    if (/\.(?:test|conformance)\.ts$/.test(path)) return []
    const line = text.split('\n').findIndex(each => /^(?:test|describe|it)\(/.test(each)) + 1
    const what = 'declares tests, but its name does not end in .test.ts'
    return line === 0 ? [] : [{ path, line, what, why: 'only *.test.ts runs' }]
  })

/** A test that is left out says why; a test that runs alone hides all others. */
export const noHiddenTests: Rule = tree => {
  const alone = linesMatching(
    tests(tree),
    /\b(?:test|it|describe|suite)\.only\(|\bonly: true/,
    'it silently leaves out every other test',
    match => `${match[0]} left in`
  )
  const skipped = withoutReason(
    tests(tree),
    /\b(?:test|it|describe|suite)\.(?:skip|t[o]do)\(|\bt\.(?:skip|t[o]do)\(\)|\b(?:skip|t[o]do): true/,
    'a test left out without a reason is never put back',
    match => `${match} without a reason beside it`
  )
  return [...alone, ...skipped]
}

/** A test waits for what happens, not for time to pass. */
export const noSleeps: Rule = tree =>
  withoutReason(
    tests(tree),
    /\bsetTimeout\(|\b(?:sleep|delay)\(|from 'node:timers/,
    'a sleep is slow when it works and wrong when the machine is slower: await the event',
    match => `${match} without a comment that says why no event can be awaited`
  )

/** Matches without a comment in the same line or the one above; strings don't count. */
function withoutReason(
  files: readonly TreeFile[],
  pattern: RegExp,
  why: string,
  describe: (match: string) => string
): Finding[] {
  return files.flatMap(file => {
    const lines = file.text.split('\n')
    return lines.flatMap((text, i) => {
      const match = pattern.exec(text)
      const explained = /(?:^|\s)\/\/ |^\s*\*|^\s*\/\*/
      const above = lines[i - 1] ?? ''
      if (!match || explained.test(text) || /^\s*(?:\/\/|\*|\/\*)/.test(above)) return []
      return [{ path: file.path, line: i + 1, what: describe(match[0]), why }]
    })
  })
}
