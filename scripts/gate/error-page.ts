import { errorTable } from '../../src/core/error-table.ts'
import type { Finding, Rule, TreeFile } from './tree.ts'

export const errorPagePath = 'docs/ERRORS.md'
/** The table and its part about Kafka, in the order of the page. */
export const errorTablePaths: readonly string[] = [
  'src/core/error-table.ts',
  'src/core/kafka-errors.ts'
]

type Row = (typeof errorTable)[keyof typeof errorTable]

const HEAD = `# Errors

Every error a user can meet: one line that says what happened, and one that says what to do. The code
is stable, so scripts and alerts may rely on it. Words in \`{braces}\` are filled in.

This page is written by \`node scripts/errors-doc.ts --write\` from \`${errorTablePaths[0]}\`; a test proves that
the two are equal.

## Exit status

| status | meaning |
|---|---|
| 0 | the work is done |
| 1 | the work failed: the input, the broker or the machine said no |
| 2 | the command was wrong: nothing was started |
| 130 | interrupted (Ctrl-C, SIGTERM): what was done is kept, the same command goes on |
`

/** The whole page, in the order and under the headings of the table's source. */
export function errorPage(source: string): string {
  const sections = sectionsOf(source).map(({ title, codes }) => {
    const rows = codes.map(code => rowMarkdown(code, errorTable[code]))
    const heading = `## ${title[0]!.toUpperCase()}${title.slice(1)}`
    return [
      heading,
      '',
      '| code | what happened | what to do | exit |',
      '|---|---|---|---|',
      ...rows
    ]
  })
  return `${HEAD}\n${sections.map(lines => lines.join('\n')).join('\n\n')}\n`
}

type Code = keyof typeof errorTable

/** The table's own comments are the headings: `  // input` above its first row. */
function sectionsOf(source: string): { title: string; codes: Code[] }[] {
  const sections: { title: string; codes: Code[] }[] = []
  for (const line of source.split('\n')) {
    const title = /^ {2}\/\/ (.+)$/.exec(line)?.[1]
    if (title) sections.push({ title, codes: [] })
    const code = /^ {2}'?([a-z-]+)'?: \{/.exec(line)?.[1]
    if (code) sections.at(-1)?.codes.push(code as Code)
  }
  return sections
}

function rowMarkdown(code: string, { message, cure, exit }: Row): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/[<>]/g, '\\$&')
  // A cure that is one placeholder is worded where the error happens: nothing to read here.
  const advice = /^\{\w+\}$/.test(cure) ? 'what fits the case' : cell(cure)
  return `| \`${code}\` | ${cell(message)} | ${advice} | ${exit} |`
}

/** The text of the table in a tree; empty when it has none. */
export function tableSource(tree: readonly TreeFile[]): string {
  return tree
    .filter(({ path }) => errorTablePaths.includes(path))
    .map(({ text }) => text)
    .join('\n')
}

/** The page in the tree is the page the table gives. */
export const errorPageIsCurrent: Rule = tree => {
  const page = tree.find(({ path }) => path === errorPagePath)
  const source = tableSource(tree)
  if (source === '' || page?.text === errorPage(source)) return []
  const what = 'differs from the table; run: node scripts/errors-doc.ts --write'
  return [{ path: errorPagePath, line: 0, what, why: 'people act on this page' }]
}

/** A row that nothing throws is a promise about an error that cannot happen. */
export function unusedCodes(tree: readonly TreeFile[], codes: readonly string[]): Finding[] {
  const sources = tree
    .filter(({ path }) => /^(?:src|bin)\//.test(path) && !errorTablePaths.includes(path))
    .map(({ text }) => text.replace(/isFailure\([^)]*\)/g, ''))
  return (
    codes
      // The launcher runs under any Node, so it spells its one error itself, as the terminal shows it.
      .filter(
        code => !sources.some(text => text.includes(`'${code}'`) || text.includes(`[${code}]`))
      )
      .map(code => ({
        path: errorTablePaths[0]!,
        line: 0,
        what: `nothing throws ${code}`,
        why: 'the table lists what happens: a row without its failure() goes'
      }))
  )
}

export const everyCodeIsThrown: Rule = tree => unusedCodes(tree, Object.keys(errorTable))
