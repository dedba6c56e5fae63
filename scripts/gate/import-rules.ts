import { posix } from 'node:path'
import { grounds, type Room, rooms } from './import-table.ts'
import { isCode, type Reference, sourceOf } from './source.ts'
import type { Finding, Rule, TreeFile } from './tree.ts'

const WALL = 'walls keep each room readable and testable alone (scripts/gate/import-table.ts)'
const PACKAGE = 'each package is a risk and a wall: only the named rooms may use it'

/** `src/kafka/connection/wire.ts` → `kafka`, `src/index.ts` → `entry`, `test/core/bytes.test.ts` → `test`. */
export function roomOf(path: string): string {
  const [top = '', second = '', third] = path.split('/')
  if (top !== 'src') return top
  return third === undefined ? 'entry' : second
}

function rowOf(path: string): Room | undefined {
  const name = roomOf(path)
  return path.startsWith('src/') ? rooms[name] : grounds[name]
}

/** The file a relative specifier points at. */
export function targetOf(from: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier))
}

/** Every import stays inside what the table allows its room. */
export const walls: Rule = tree => {
  const paths = new Set(tree.map(file => file.path))
  return tree.filter(inTable).flatMap(file => {
    const row = rowOf(file.path)
    if (!row) return [unknownRoom(file)]
    const source = sourceOf(file)
    // Launchers choose what they start; inside the rooms every import can be read.
    const blindLines = file.path.startsWith('src/') ? source.blindImports : []
    const blind = blindLines.map(line => ({
      path: file.path,
      line,
      what: 'an import whose target is computed',
      why: 'what cannot be read cannot be judged: import by a literal name'
    }))
    const judged = source.references.flatMap(reference =>
      reference.specifier.startsWith('.')
        ? judgeRelative(file.path, row, reference, paths)
        : judgePackage(file.path, row, reference)
    )
    return [...blind, ...judged]
  })
}

function inTable(file: TreeFile): boolean {
  return isCode(file.path) && file.path.includes('/')
}

function unknownRoom(file: TreeFile): Finding {
  const what = `no row for ${roomOf(file.path)}/ in the import table`
  return { path: file.path, line: 0, what, why: WALL }
}

function judgeRelative(
  path: string,
  row: Room,
  { specifier, line }: Reference,
  paths: ReadonlySet<string>
): Finding[] {
  const target = targetOf(path, specifier)
  if (!paths.has(target)) {
    const why = 'relative imports name the file with its ending, as Node reads it'
    return [{ path, line, what: `${specifier} is not a file of the project`, why }]
  }
  if (mayImport(path, row, target)) return []
  const allowed = [...row.imports, ...(row.importsFormatsOf ?? []).map(each => `${each} (formats)`)]
  const what = `imports ${target}; ${roomOf(path)} may import ${allowed.join(', ') || 'nothing'}`
  return [{ path, line, what, why: WALL }]
}

function mayImport(path: string, row: Room, target: string): boolean {
  const from = roomOf(path)
  const to = roomOf(target)
  const fromSource = path.startsWith('src/')
  const toSource = target.startsWith('src/')
  if (fromSource === toSource && from === to) return true
  if (!fromSource) return row.imports.includes(toSource ? 'src' : to)
  if (!toSource) return false
  if (row.imports.includes(to)) return true
  const file = posix.basename(target, '.ts')
  return row.importsFormatsOf?.includes(to) === true && rooms[to]?.formats?.includes(file) === true
}

function judgePackage(path: string, row: Room, { specifier, line }: Reference): Finding[] {
  const name = packageName(specifier)
  if (row.packages.includes(name)) return []
  if (name.startsWith('node:') && row.packages.includes('node:*')) return []
  const allowed = row.packages.join(', ') || 'none'
  const what = `uses ${name}; packages open to ${roomOf(path)}: ${allowed}`
  return [{ path, line, what, why: PACKAGE }]
}

/** `@scope/name/file` → `@scope/name`, `name/file` → `name`, `node:fs/promises` → `node:fs`. */
function packageName(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!
}

/** A row whose room is gone, or a format file that moved, would be a hole nobody sees. */
export const tableMatchesTree: Rule = tree => {
  const why = 'the table is read as the map of the house, so it must not name what is not there'
  const path = 'scripts/gate/import-table.ts'
  return Object.entries(rooms).flatMap(([name, row]) => {
    const prefix = name === 'entry' ? 'src/index.ts' : `src/${name}/`
    if (!tree.some(file => file.path.startsWith(prefix))) {
      return [{ path, line: 0, what: `${prefix} is in the table but not in the tree`, why }]
    }
    const lost = (row.formats ?? []).filter(
      format => !tree.some(file => file.path === `src/${name}/${format}.ts`)
    )
    return lost.map(format => ({
      path,
      line: 0,
      what: `${prefix}${format}.ts does not exist`,
      why
    }))
  })
}
