import { linesMatching } from './line-search.ts'
import { isCode, sourceOf } from './source.ts'
import type { Rule, TreeFile } from './tree.ts'

const FILE_LINES_MAX = 400
const COMMENT_WIDTH_MAX = 120
const LINE_WIDTH_MAX = 160
const FILE_BYTES_MAX = 1_000_000

const code = (tree: readonly TreeFile[]): TreeFile[] => tree.filter(({ path }) => isCode(path))
const generated = ({ path }: TreeFile): boolean => path === 'package-lock.json'

/** One idea a file. */
export const fileLength: Rule = tree =>
  code(tree).flatMap(({ path, text }) => {
    const lines = text.split('\n').length - 1
    const what = `${lines} lines, at most ${FILE_LINES_MAX}`
    const why = 'one idea a file: what grew beyond it wants a second file'
    return lines > FILE_LINES_MAX ? [{ path, line: 0, what, why }] : []
  })

/** The formatter breaks code; comments and long strings are ours to break. */
export const lineWidth: Rule = tree =>
  code(tree).flatMap(file => {
    const why = 'two files side by side on one screen'
    const comments = sourceOf(file).comments.flatMap(({ line }) => {
      const text = file.text.split('\n')[line - 1]!
      const wide = text.length > COMMENT_WIDTH_MAX && !text.includes('://')
      const what = `a comment ${text.length} wide, at most ${COMMENT_WIDTH_MAX}`
      return wide ? [{ path: file.path, line, what, why }] : []
    })
    const all = new RegExp(`^.{${LINE_WIDTH_MAX + 1},}$`)
    const lines = linesMatching(
      [file],
      all,
      why,
      match => `${match[0].length} wide, at most ${LINE_WIDTH_MAX}`
    )
    return [...comments, ...lines]
  })

/** Notes to oneself are not part of a product. */
export const noLeftoverMarks: Rule = tree =>
  linesMatching(
    tree.filter(file => !generated(file)),
    // The brackets keep this line from finding itself.
    /\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK)\b/,
    'unfinished work is finished, or becomes an issue; it does not land',
    match => `left-over mark ${match[0]}`
  )

/** A silenced check says beside it why it is right to be silent. */
export const silencedWithReason: Rule = tree =>
  code(tree).flatMap(file =>
    sourceOf(file).comments.flatMap(({ name, line }) => {
      const why = 'a silenced check is a claim: the reason stands beside it'
      const silence =
        /(biome-ignore\S*|@ts-[\w-]+|oxlint-disable\S*|eslint-disable\S*|gate-ignore \w+)(.*)/.exec(
          name
        )
      if (!silence) return []
      const [, check = '', rest = ''] = silence
      const reason = check.startsWith('biome') ? (rest.split(':')[1] ?? '') : rest.replace(':', '')
      const what = `${check} without a reason`
      return reason.trim().length > 8 ? [] : [{ path: file.path, line, what, why }]
    })
  )

/** Nothing in the tree knows the machine it was written on. */
export const noMachinePaths: Rule = tree =>
  linesMatching(
    tree,
    /(?<![\w.*/-])\/(?:work|farm|root|Users|home\/\w+)\/|\.library\//,
    'the project runs anywhere: paths are relative to it, or given by the user',
    match => `machine path ${match[0]}`
  )

/** Where packages come from is the installer's business. */
export const noRegistryAddresses: Rule = tree =>
  linesMatching(
    tree,
    /"resolved": *"http|registry\.(?:npmjs|yarnpkg)\.\w+|repo\d*\.maven\.(?:org|apache\.org)/,
    'download addresses tie the project to one mirror; `npm ci` and Maven know theirs',
    match => `download address ${match[0]}`
  )

/** A large file in git is carried by every clone for ever. */
export const fileSize: Rule = tree =>
  tree.flatMap(({ path, bytes }) => {
    const why = 'every clone carries it for ever: generate it, or keep it outside'
    const what = `${bytes} bytes, at most ${FILE_BYTES_MAX}`
    return bytes > FILE_BYTES_MAX ? [{ path, line: 0, what, why }] : []
  })
