import { roomOf } from './import-rules.ts'
import { hotRooms, pureRooms } from './import-table.ts'
import { isCode, sourceOf } from './source.ts'
import type { Rule, TreeFile } from './tree.ts'

/** The browser and the launcher stand outside: this is about `src/` alone. */
function inRooms(tree: readonly TreeFile[], rooms: readonly string[]): TreeFile[] {
  return tree.filter(
    ({ path }) => path.startsWith('src/') && isCode(path) && rooms.includes(roomOf(path))
  )
}

function forbidUses(
  files: readonly TreeFile[],
  forbidden: ReadonlySet<string>,
  why: string
): ReturnType<Rule> {
  return files.flatMap(file =>
    sourceOf(file)
      .uses.filter(({ name }) => forbidden.has(name))
      .map(({ name, line }) => ({ path: file.path, line, what: `uses ${name}`, why }))
  )
}

const PROCESS = new Set(['process', 'console', 'globalThis.process', 'globalThis.console'])

/** Only the command line owns the process: arguments, environment, exit, output. */
export const processInCliOnly: Rule = tree => {
  const elsewhere = tree.filter(
    ({ path }) => path.startsWith('src/') && isCode(path) && roomOf(path) !== 'cli'
  )
  const why = 'only cli owns the process and the terminal; elsewhere they are parameters'
  const used = forbidUses(elsewhere, PROCESS, why)
  const imported = elsewhere.flatMap(file =>
    sourceOf(file)
      .references.filter(({ specifier }) => /^node:(?:process|console)$/.test(specifier))
      .map(({ specifier, line }) => ({ path: file.path, line, what: `imports ${specifier}`, why }))
  )
  return [...used, ...imported]
}

const CHANCE = new Set([
  'Date.now',
  'Date()',
  'new Date()',
  'Math.random',
  'performance',
  'crypto',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask'
])

/** The same input gives the same output, live, replayed, on any machine. */
export const deterministic: Rule = tree =>
  forbidUses(
    inRooms(tree, pureRooms),
    CHANCE,
    'a replay must give the same answer: time and chance come in as parameters'
  )

const WAITING = new Set(['async', 'await', 'Promise', 'new Promise(…)', 'BigInt'])

/** What waits meets the path of a frame only at a batch. */
export const hotPathSynchronous: Rule = tree =>
  forbidUses(
    inRooms(tree, hotRooms),
    WAITING,
    'the path of a frame is synchronous and allocates nothing per frame: no promise, no BigInt'
  )

/** Ports are contracts: after the types are erased nothing is left. */
export const portsAreTypes: Rule = tree =>
  inRooms(tree, ['port']).flatMap(file =>
    sourceOf(file).runtimeLines.map(line => ({
      path: file.path,
      line,
      what: 'a statement that is not a type',
      why: 'port holds interfaces only, so that every room can speak of them for nothing'
    }))
  )
