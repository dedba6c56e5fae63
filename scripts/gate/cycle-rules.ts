import { targetOf } from './import-rules.ts'
import { isCode, sourceOf } from './source.ts'
import type { Rule, TreeFile } from './tree.ts'

const WHY = 'files that import each other can only be read, tested and moved together'

/** No file reaches itself through its imports, types included, inside a room as well. */
export const noCycles: Rule = tree => {
  const graph = new Map<string, string[]>()
  for (const file of tree) {
    if (!isCode(file.path)) continue
    const relative = sourceOf(file).references.filter(each => each.specifier.startsWith('.'))
    graph.set(
      file.path,
      relative.map(each => targetOf(file.path, each.specifier))
    )
  }
  return findCycles(graph).map(cycle => ({
    path: cycle[0]!,
    line: lineOfImport(tree, cycle),
    what: `import cycle: ${[...cycle, cycle[0]].join(' → ')}`,
    why: WHY
  }))
}

function lineOfImport(tree: readonly TreeFile[], [from, to]: readonly string[]): number {
  const file = tree.find(each => each.path === from)!
  const next = to ?? from
  const reference = sourceOf(file).references.find(
    each => targetOf(file.path, each.specifier) === next
  )
  return reference?.line ?? 0
}

/** Depth first; each way back to a file still on the path is one cycle. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    const seenAt = path.indexOf(file)
    if (seenAt >= 0) {
      cycles.push(path.slice(seenAt))
      return
    }
    if (done.has(file)) return
    path.push(file)
    for (const next of graph.get(file) ?? []) visit(next)
    path.pop()
    done.add(file)
  }
  for (const file of graph.keys()) visit(file)
  return cycles
}
