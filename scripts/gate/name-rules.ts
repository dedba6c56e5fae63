import { basename } from 'node:path'
import { glossaryWords } from './glossary.ts'
import { isCode, sourceOf } from './source.ts'
import type { Rule } from './tree.ts'

/** Upper-case names that tools or readers expect. */
const SHOUTED =
  /^(?:README|LICENSE|NOTICE|CONTRIBUTING|ARCHITECTURE|STYLE|GLOSSARY|ERRORS|CHANGELOG)(?:\.md)?$/

/** kebab-case, noun first; a suffix such as `.test` or `.prop.test` tells the role. */
export const kebabNames: Rule = tree =>
  tree.flatMap(({ path }) => {
    const why = 'one way to spell a name, the same on every file system'
    const odd = path
      .split('/')
      .filter(part => !SHOUTED.test(part) && !/^\.?[a-z0-9]+(?:[.-][a-z0-9]+)*$/.test(part))
    return odd.map(part => ({ path, line: 0, what: `${part} is not kebab-case`, why }))
  })

/** Names that say nothing about what is inside. */
export const tellingNames: Rule = tree =>
  tree.flatMap(({ path }) => {
    const vague = /(?:^|[/.-])(utils?|helpers?|common|manager|misc)(?=[/.-]|$)/i.exec(path)
    const why = 'a name says what is inside; a drawer for everything fills with everything'
    return vague ? [{ path, line: 0, what: `"${vague[1]}" says nothing`, why }] : []
  })

/**
 * The synonyms that the glossary refuses, in the names and comments of our code. Strings are free:
 * they quote other people's words.
 */
export const glossaryKept: Rule = tree => {
  const words = glossaryWords(tree)
  const files = tree.filter(({ path }) => isCode(path) && /^(?:src|wasm|bench)\//.test(path))
  return files.flatMap(file => {
    const { identifiers, comments } = sourceOf(file)
    const inNames = identifiers.map(({ name, line }) => ({ line, text: spoken(name) }))
    const inProse = comments.map(({ name, line }) => ({ line, text: ` ${name.toLowerCase()} ` }))
    const inPath = [{ line: 0, text: spoken(basename(file.path)) }]
    return [...inPath, ...inNames, ...inProse].flatMap(({ line, text }) =>
      words
        .filter(({ refused }) => text.match(new RegExp(`\\b${refused}(?:s|es|ed)?\\b`)))
        .map(({ refused, word }) => ({
          path: file.path,
          line,
          what: `"${refused}": we say ${word}`,
          why: 'one word per concept (docs/GLOSSARY.md)'
        }))
    )
  })
}

/** `deadLetterSink` → ` dead letter sink `. */
function spoken(identifier: string): string {
  const words = identifier.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[^A-Za-z0-9]+/g, ' ')
  return ` ${words.toLowerCase()} `
}
