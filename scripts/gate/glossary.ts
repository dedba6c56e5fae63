import type { TreeFile } from './tree.ts'

export interface RefusedWord {
  /** Lower case, words apart by a space. */
  readonly refused: string
  readonly word: string
}

const glossaryPath = 'docs/GLOSSARY.md'

/**
 * Reads the page itself, so that page and check cannot differ: in the rows `| word | meaning | not |`
 * what stands in backticks in the last column is refused in code, the rest of it is advice.
 */
export function glossaryWords(tree: readonly TreeFile[]): RefusedWord[] {
  const page = tree.find(({ path }) => path === glossaryPath)
  if (!page) return []
  return page.text.split('\n').flatMap(line => {
    const [, word = '', , not = ''] = line.split('|')
    const refused = [...not.matchAll(/`([^`]+)`/g)].map(match => match[1]!)
    return refused.map(each => ({ refused: each, word: word.trim() }))
  })
}
