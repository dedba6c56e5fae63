import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DataSketchesCase, dataSketchesCases } from './datasketches-cases.ts'
import { findProgram, run } from './programs.ts'

const java = fileURLToPath(new URL('java/', import.meta.url))
const GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
/** What its memory library asks for on Java 17. */
const OPEN = ['java.nio', 'sun.nio.ch'].map(name => `--add-opens=java.base/${name}=ALL-UNNAMED`)

/**
 * datasketches-java reads what we write, answers what we answer, and we read what it writes of a union of
 * ours with its own. Needs Java 11 to 17 and Maven, which fetches the library.
 */
export async function checkDataSketches(say: (line: string) => void): Promise<void> {
  const [mvn, jvm] = [findProgram('mvn'), findProgram('java')]
  if (!mvn || !jvm) {
    say(`datasketches-java: skipped, no ${mvn ? 'java' : 'mvn'} on the PATH`)
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'headcount-datasketches-'))
  try {
    const jars = join(folder, 'jars')
    await run(mvn, ['-q', '-B', '-f', join(java, 'pom.xml'), GOAL, `-DoutputDirectory=${jars}`])
    const cases = dataSketchesCases()
    for (const { name, bytes } of cases) writeFileSync(join(folder, name), bytes)
    const lines = cases.map(({ name, kind, precision, from, to }) =>
      [name, kind, precision, from, to].join('\t')
    )
    writeFileSync(join(folder, 'cases.tsv'), `${lines.join('\n')}\n`)
    const classPath = readdirSync(jars).map(name => join(jars, name))
    const program = join(java, 'datasketches-check.java')
    const args = [...OPEN, '-cp', classPath.join(delimiter), program, folder]
    compare(cases, await run(jvm, args), folder)
    say(`datasketches-java: ${cases.length} sketches read, and ${cases.length} unions read back`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function compare(cases: readonly DataSketchesCase[], output: string, folder: string): void {
  const answers = new Map(output.split('\n').map(line => [line.split('\t')[0], line.split('\t')]))
  for (const { name, kind, keys, value, written, all } of cases) {
    const [, estimate, low, high] = (answers.get(name) ?? []).map(Number)
    assert.ok(estimate !== undefined && low !== undefined && high !== undefined, `${name}: silence`)
    const told = `${name}: ${low} ${estimate} ${high}, ours ${value}`
    assert.ok(Math.floor(low) <= keys && keys <= Math.ceil(high), told)
    // HLL registers have two estimators, theirs and ours; the others count or divide.
    const apart = Math.abs(estimate - value)
    assert.ok(apart <= (kind === 'hll' ? Math.max(0.01 * keys, 0.5) : 0.5), told)
    const union = new Uint8Array(readFileSync(join(folder, `${name}.union`)))
    assert.deepEqual(written(union), all, `${name}: the union differs`)
  }
}
