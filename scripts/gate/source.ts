import { type Comment, type Program, parseSync, Visitor } from 'oxc-parser'
import type { TreeFile } from './tree.ts'

/** An import of any sort: static, re-export, dynamic, `require`, or a type by `import('…')`. */
export interface Reference {
  readonly specifier: string
  readonly line: number
}

/** A name in the code, with its line. */
export interface Use {
  readonly name: string
  readonly line: number
}

/** A parsed file, reduced to what the rules ask for. */
export interface Source {
  readonly path: string
  readonly references: readonly Reference[]
  /** Imports whose target is computed, so that no rule can judge them. */
  readonly blindImports: readonly number[]
  /** Free-standing names, and `Object.member` pairs: `process`, `Date.now`, `new Date()`. */
  readonly uses: readonly Use[]
  /** Every identifier, declared or used, property names included. */
  readonly identifiers: readonly Use[]
  readonly comments: readonly Use[]
  /** Lines with a statement that leaves code behind after the types are erased. */
  readonly runtimeLines: readonly number[]
  readonly syntaxError: string | undefined
}

const parsed = new WeakMap<TreeFile, Source>()

/** True for the files that the parser understands. */
export function isCode(path: string): boolean {
  return /\.(?:ts|js|mjs)$/.test(path)
}

/** Parses a file once, however many rules ask. */
export function sourceOf(file: TreeFile): Source {
  const known = parsed.get(file)
  if (known) return known
  const fresh = parseSource(file)
  parsed.set(file, fresh)
  return fresh
}

function parseSource(file: TreeFile): Source {
  const result = parseSync(file.path, file.text)
  const lineAt = lineFinder(file.text)
  const collector = new Collector(lineAt)
  collector.walk(result.program)
  return {
    path: file.path,
    references: collector.references,
    blindImports: collector.blindImports,
    uses: collector.uses,
    identifiers: collector.identifiers,
    comments: result.comments.flatMap(comment => commentLines(comment, lineAt)),
    runtimeLines: runtimeStatements(result.program).map(lineAt),
    syntaxError: result.errors[0]?.message
  }
}

/** Offset → line number, from 1. */
function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return offset => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}

function commentLines(comment: Comment, lineAt: (offset: number) => number): Use[] {
  const first = lineAt(comment.start)
  return comment.value.split('\n').map((name, i) => ({ name, line: first + i }))
}

function runtimeStatements(program: Program): number[] {
  return program.body.flatMap(statement => {
    const { type } = statement
    if (type === 'TSInterfaceDeclaration' || type === 'TSTypeAliasDeclaration') return []
    if (type === 'ImportDeclaration' && statement.importKind === 'type') return []
    if (type === 'ExportNamedDeclaration' && statement.exportKind === 'type') return []
    if (type === 'ExportAllDeclaration' && statement.exportKind === 'type') return []
    return [statement.start]
  })
}

interface Located {
  readonly type: string
  readonly start: number
}

/** One walk over the tree of a file. No scopes: a local called `process` counts as a use, too. */
class Collector {
  readonly references: Reference[] = []
  readonly blindImports: number[] = []
  readonly uses: Use[] = []
  readonly identifiers: Use[] = []
  private readonly lineAt: (offset: number) => number
  /** Offsets of names that are members or keys, so not names of their own. */
  private readonly memberNames = new Set<number>()

  constructor(lineAt: (offset: number) => number) {
    this.lineAt = lineAt
  }

  walk(program: Program): void {
    const key = (node: { key: Located; computed?: boolean; shorthand?: boolean }): void => {
      if (!node.computed && !node.shorthand) this.memberNames.add(node.key.start)
    }
    new Visitor({
      ImportDeclaration: node => this.reference(node.source),
      ExportAllDeclaration: node => this.reference(node.source),
      ExportNamedDeclaration: node => {
        if (node.source) this.reference(node.source)
      },
      ImportExpression: node => this.reference(node.source),
      TSImportType: node => this.reference(node.source),
      Property: key,
      MethodDefinition: key,
      PropertyDefinition: key,
      TSPropertySignature: key,
      TSMethodSignature: key,
      MemberExpression: node => {
        if (node.computed || node.property.type !== 'Identifier') return
        this.memberNames.add(node.property.start)
        if (node.object.type !== 'Identifier') return
        this.use(`${node.object.name}.${node.property.name}`, node.start)
      },
      NewExpression: node => {
        if (node.callee.type !== 'Identifier') return
        const given = node.arguments.length === 0 ? '' : '…'
        this.use(`new ${node.callee.name}(${given})`, node.start)
      },
      CallExpression: node => {
        // createRequire(import.meta.url)('name')
        const made = node.callee.type === 'CallExpression' ? node.callee.callee : undefined
        if (made?.type === 'Identifier' && made.name === 'createRequire' && node.arguments[0]) {
          this.reference(node.arguments[0])
        }
        if (node.callee.type !== 'Identifier') return
        if (node.callee.name === 'require' && node.arguments[0]) this.reference(node.arguments[0])
        this.use(`${node.callee.name}()`, node.start)
      },
      ArrowFunctionExpression: node => this.maybeAsync(node),
      FunctionDeclaration: node => this.maybeAsync(node),
      FunctionExpression: node => this.maybeAsync(node),
      AwaitExpression: node => this.use('await', node.start),
      Literal: node => {
        if ('bigint' in node) this.use('BigInt', node.start)
      },
      Identifier: node => {
        const found = { name: node.name, line: this.lineAt(node.start) }
        this.identifiers.push(found)
        if (!this.memberNames.has(node.start)) this.uses.push(found)
      }
    }).visit(program)
  }

  private reference(node: Located): void {
    const line = this.lineAt(node.start)
    const value = 'value' in node ? node.value : undefined
    if (node.type === 'Literal' && typeof value === 'string') {
      this.references.push({ specifier: value, line })
    } else {
      this.blindImports.push(line)
    }
  }

  private maybeAsync(node: { async: boolean; start: number }): void {
    if (node.async) this.use('async', node.start)
  }

  private use(name: string, offset: number): void {
    this.uses.push({ name, line: this.lineAt(offset) })
  }
}
