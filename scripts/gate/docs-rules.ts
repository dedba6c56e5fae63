import { posix } from 'node:path'
import { isCode } from './source.ts'
import type { Finding, Rule, TreeFile } from './tree.ts'

const pages = (tree: readonly TreeFile[]): TreeFile[] =>
  tree.filter(({ path }) => path.endsWith('.md'))

/** The lines of a page outside its code blocks, with their numbers. */
function proseOf(page: TreeFile): { text: string; line: number }[] {
  let inBlock = false
  return page.text.split('\n').flatMap((text, i) => {
    const fence = /^\s*(?:```|~~~)/.test(text)
    if (fence) inBlock = !inBlock
    return fence || inBlock ? [] : [{ text, line: i + 1 }]
  })
}

/** A page has one title, in its first line. Fragments of the changelog have none. */
export const oneTitle: Rule = tree =>
  pages(tree).flatMap(page => {
    const fragment = page.path.startsWith('changes/') && !page.path.endsWith('/README.md')
    const titles = proseOf(page).filter(({ text }) => text.startsWith('# '))
    const wanted = fragment ? 0 : 1
    if (titles.length === wanted && (fragment || titles[0]!.line === 1)) return []
    const what = fragment ? 'a fragment has no title' : 'not exactly one title, in its first line'
    const why = 'the title is what a reader finds a page by'
    return [{ path: page.path, line: titles.at(-1)?.line ?? 1, what, why }]
  })

/** Links inside the project lead somewhere, headings included. */
export const linksResolve: Rule = tree => {
  const byPath = new Map(tree.map(file => [file.path, file]))
  const folders = new Set(tree.flatMap(({ path }) => foldersAbove(path)))
  const broken = (page: TreeFile, target: string): boolean => {
    if (/^[a-z]+:/.test(target)) return false
    const [file = '', heading] = target.split('#')
    const path = file === '' ? page.path : posix.join(posix.dirname(page.path), file)
    const found = byPath.get(path)
    if (!found) return !folders.has(path.replace(/\/$/, ''))
    return heading !== undefined && !headingsOf(found).has(heading)
  }
  return pages(tree).flatMap(page =>
    proseOf(page).flatMap(({ text, line }) =>
      [...text.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
        .filter(match => broken(page, match[1]!))
        .map(match => ({
          path: page.path,
          line,
          what: `link to ${match[1]} leads nowhere`,
          why: 'a reader who follows a link into nothing stops trusting the page'
        }))
    )
  )
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
}

/** GitHub's anchors: lower case, spaces to dashes, punctuation dropped. */
function headingsOf(page: TreeFile): Set<string> {
  const headings = proseOf(page).flatMap(({ text }) => /^#+ +(.*)$/.exec(text)?.[1] ?? [])
  return new Set(
    headings.map(heading =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-')
    )
  )
}

/** The page of a byte format and the code that draws it know of each other. */
export const formatsHaveCode: Rule = tree => {
  const formats = tree.filter(({ path }) => /^docs\/formats\/.*\.md$/.test(path))
  const sources = tree.filter(({ path }) => path.startsWith('src/') && isCode(path))
  const why = 'a format lives in two places, its page and its code: each names the other'
  return formats
    .filter(page => !sources.some(({ text }) => text.includes(page.path)))
    .map(({ path }) => ({ path, line: 0, what: 'no file of src/ names this page', why }))
}

/** A page that code sends its reader to exists. */
export const codeNamesPages: Rule = tree => {
  const paths = new Set(tree.map(({ path }) => path))
  const why = 'a comment that sends its reader to a page must not send him into nothing'
  return tree
    .filter(({ path }) => isCode(path) && !path.startsWith('test/gate/'))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((each, i): Finding[] =>
          [...each.matchAll(/\bdocs\/[\w/-]+\.md\b/g)]
            .filter(match => !paths.has(match[0]))
            .map(match => ({ path, line: i + 1, what: `${match[0]} does not exist`, why }))
        )
    )
}

/** Fragments are named by what they are, so that the changelog can be put together. */
export const fragmentNames: Rule = tree =>
  tree
    .filter(({ path }) => path.startsWith('changes/') && path !== 'changes/README.md')
    .filter(({ path }) => !/^changes\/[a-z0-9-]+\.(?:feature|fix|perf|breaking)\.md$/.test(path))
    .map(({ path }) => ({
      path,
      line: 0,
      what: 'not named <slug>.feature.md, .fix.md, .perf.md or .breaking.md',
      why: 'the ending decides where the changelog puts it (changes/README.md)'
    }))
