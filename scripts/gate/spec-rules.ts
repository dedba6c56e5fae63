import type { Finding, Rule, TreeFile } from './tree.ts'

/*
 * The invariants of docs/specs are the numbered items that begin in bold. Each names what holds it: a file
 * of tests, by its name or by a letter that the page gives it (P = `clock.prop.test.ts`), and perhaps tests
 * of that file, in italics: `clock.test.ts`: *it never goes back*, *a beginning of a name …*
 */
const TEST_FILE = /`([\w./-]+\.(?:test|conformance)\.ts)`/g
const LETTER = /\b([A-Z]) = `([\w./-]+\.(?:test|conformance)\.ts)`/g
const NAMED =
  /(?:`([\w./-]+\.(?:test|conformance)\.ts)`|\b([A-Z])):\s+(\*[^*]+\*(?:,\s+\*[^*]+\*)*)/g
const INVARIANT = /^\d+\. \*\*.*(?:\n(?!\d+\. |#|\n).*)*/gm

/** Every invariant of a specification has a test, and the tests that it names exist. */
export const specsNameTests: Rule = tree => {
  const specs = tree.filter(({ path }) => /^docs\/specs\/.*\.md$/.test(path))
  return specs.flatMap(page => [
    ...withoutTest(page),
    ...filesGone(page, tree),
    ...testsGone(page, tree)
  ])
}

function withoutTest(page: TreeFile): Finding[] {
  const letters = [...lettersOf(page).keys()].map(letter => `\\b${letter}\\b`)
  const names = new RegExp([TEST_FILE.source, 'simulation', ...letters].join('|'))
  return [...page.text.matchAll(INVARIANT)]
    .filter(([item]) => !names.test(item.replace(/\*\*[^*]*\*\*/, '')))
    .map(({ index }) => ({
      ...placeOf(page, index),
      what: 'an invariant without a test',
      why: 'what no test holds is a wish: write the test, or take the number away'
    }))
}

function filesGone(page: TreeFile, tree: readonly TreeFile[]): Finding[] {
  return [...page.text.matchAll(TEST_FILE)]
    .filter(([, file]) => testFiles(file!, tree).length === 0)
    .map(({ 1: file, index }) => ({
      ...placeOf(page, index),
      what: `there is no ${file}`,
      why: 'who wants to see what holds an invariant must not be sent into nothing'
    }))
}

function testsGone(page: TreeFile, tree: readonly TreeFile[]): Finding[] {
  const letters = lettersOf(page)
  return [...page.text.matchAll(NAMED)].flatMap(({ 1: name, 2: letter, 3: tests, index }) => {
    const files = testFiles(name ?? letters.get(letter!) ?? '', tree)
    if (files.length === 0) return []
    const texts = files.map(({ text }) => squeezed(text).replaceAll("\\'", "'"))
    return [...tests!.matchAll(/\*([^*]+)\*/g)]
      .map(([, quoted]) => squeezed(quoted!))
      .filter(quoted => !texts.some(text => isTestOf(text, quoted)))
      .map(quoted => ({
        ...placeOf(page, index),
        what: `${files[0]!.path} has no test "${quoted}"`,
        why: 'a test that was renamed or removed takes the proof of an invariant with it'
      }))
  })
}

/** The whole name, or its beginning when it ends in dots; what is made of variables may stand before it. */
function isTestOf(text: string, quoted: string): boolean {
  if (quoted.endsWith('…')) return text.includes(quoted.slice(0, -1).trimEnd())
  return ["'", '"', '`'].some(quote => text.includes(quoted + quote))
}

function lettersOf({ text }: TreeFile): Map<string, string> {
  return new Map([...text.matchAll(LETTER)].map(([, letter, file]) => [letter!, file!]))
}

/** Files of one name in several folders can be told apart by the folder. */
function testFiles(name: string, tree: readonly TreeFile[]): TreeFile[] {
  if (name === '') return []
  return tree.filter(({ path }) => path.startsWith('test/') && path.endsWith(`/${name}`))
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ')
}

function placeOf({ path, text }: TreeFile, index: number): { path: string; line: number } {
  return { path, line: text.slice(0, index).split('\n').length }
}
