import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { before, test } from 'node:test'
import { generalOptions, optionsOf, parseCommandLine } from '../../src/cli/command-parser.ts'
import { registry } from '../../src/cli/registry.ts'
import { flagLayer } from '../../src/runtime/options/option-layer.ts'
import { flagOf, optionNames, optionRow } from '../../src/runtime/options/option-table.ts'
import { resolveOptions } from '../../src/runtime/options/resolve-options.ts'
import { allCommands, type NamedCommand, optionsReference } from './options-reference.ts'

const page = resolve(import.meta.dirname, '../../docs/guides/options.md')
let commands: readonly NamedCommand[]

before(async () => {
  commands = await allCommands()
})

test('the first page of help says of each command what the command says of itself', async () => {
  for (const row of registry) {
    const { name, summary } = await row.load()
    assert.deepEqual({ name: row.name, summary: row.summary }, { name, summary })
  }
})

test('no two options of a command share a flag or a letter', () => {
  for (const { path, command } of commands) {
    const words = optionsOf(command).flatMap(name => {
      const { short } = optionRow(name)
      return short ? [flagOf(name), `-${short}`] : [flagOf(name)]
    })
    words.push('--help', '-h')
    assert.deepEqual(words.toSorted(), [...new Set(words)].toSorted(), path)
  }
})

test('every row of the options table is taken by a command', () => {
  const used = new Set(commands.flatMap(({ command }) => optionsOf(command)))
  assert.deepEqual(
    optionNames.filter(name => !used.has(name)),
    []
  )
})

test('what every command takes is listed by none', () => {
  for (const { path, command } of commands) {
    for (const name of command.options) {
      assert.ok(
        !(generalOptions as readonly string[]).includes(name),
        `${path}: ${name} is general`
      )
    }
  }
})

test('every example is a command line that is accepted', () => {
  for (const { path, command } of commands) {
    assert.ok(command.examples.length > 0, path)
    for (const example of command.examples) {
      const words = wordsOf(example, path)
      assert.ok(words, `${path}: ${example}`)
      const line = parseCommandLine(path, command, words)
      resolveOptions(optionsOf(command), [flagLayer(line.flags)])
    }
  }
})

test('summaries are one short line', () => {
  for (const { path, command } of commands) {
    assert.match(command.summary, /^[^A-Z][^\n]{5,80}[^.\n]$/, path)
  }
})

test('docs/guides/options.md is the options table', () => {
  const expected = optionsReference(commands)
  if (process.env.UPDATE_DOCS) writeFileSync(page, expected)
  assert.equal(existsSync(page) ? readFileSync(page, 'utf8') : '', expected)
})

/** The words after the command's own in the part of a shell line that runs it. */
function wordsOf(example: string, path: string): readonly string[] | undefined {
  const words = [...example.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    match => match[1] ?? match[2] ?? match[3]!
  )
  const own = path.split(' ')
  const start = words.findIndex((_, i) => own.every((word, j) => words[i + j] === word))
  if (start < 0) return undefined
  const rest = words.slice(start + own.length)
  const end = rest.findIndex(word => /^(\||>|>>|&&|2>)$/.test(word))
  return end < 0 ? rest : rest.slice(0, end)
}
