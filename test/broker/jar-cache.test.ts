import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { cachedClasspath, cacheFolder, resolveClasspath } from '../../src/broker/jar-cache.ts'
import type { Machine } from '../../src/broker/machine.ts'
import type { MavenRun } from '../../src/broker/maven.ts'
import { isFailure } from '../../src/core/errors.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { emptyZip } from './zip-bytes.ts'

const folder = await temporaryFolder()

/** A cache and a repository of its own; the resolver puts the jars there that are missing. */
async function setting(fetched: Uint8Array = emptyZip()) {
  const cache = await mkdtemp(join(folder, 'cache-'))
  const machine: Machine = {
    env: { XDG_CACHE_HOME: cache },
    pid: process.pid,
    kill: (pid, signal) => process.kill(pid, signal)
  }
  const jars = ['kafka.jar', 'tools.jar'].map(name => join(cache, name))
  const runs: string[] = []
  const lines: string[] = []
  const resolve = async (run: MavenRun) => {
    runs.push(await readFile(run.pom, 'utf8'))
    for (const jar of jars) await writeFile(jar, fetched, { flag: 'wx' }).catch(() => undefined)
    await writeFile(run.output, jars.join(delimiter))
  }
  const request = { machine, resolve, onProgress: (line: string) => lines.push(line) }
  return { machine, jars, runs, lines, request }
}

test('the jars are resolved once, and then remembered', async () => {
  const { machine, jars, runs, request } = await setting()
  assert.equal(await cachedClasspath(machine), undefined)
  assert.equal(await resolveClasspath(request), jars.join(delimiter))
  assert.equal(await resolveClasspath(request), jars.join(delimiter))
  assert.equal(runs.length, 1)
  assert.match(runs[0]!, /<artifactId>kafka_2\.13<\/artifactId>/)
})

test('two at once resolve once: the second waits for the first', async () => {
  const { jars, runs, request } = await setting()
  const both = await Promise.all([resolveClasspath(request), resolveClasspath(request)])
  assert.deepEqual(both, [jars.join(delimiter), jars.join(delimiter)])
  assert.equal(runs.length, 1)
})

test('a jar that vanished is resolved again', async () => {
  const { jars, runs, request } = await setting()
  await resolveClasspath(request)
  await rm(jars[1]!)
  assert.equal(await resolveClasspath(request), jars.join(delimiter))
  assert.equal(runs.length, 2)
})

test('a half jar in the repository is removed and resolved again', async () => {
  const { jars, runs, lines, request } = await setting()
  await writeFile(jars[0]!, emptyZip().subarray(0, 10))
  assert.equal(await resolveClasspath(request), jars.join(delimiter))
  assert.equal(runs.length, 2)
  assert.ok(lines.some(line => line.includes('damaged') && line.includes(jars[0]!)))
})

test('jars that stay damaged are an error, and are not remembered', async () => {
  const { machine, request } = await setting(Buffer.from('<html>proxy login</html>'))
  await assert.rejects(resolveClasspath(request), error => isFailure(error, 'kafka-missing'))
  assert.equal(await cachedClasspath(machine), undefined)
})

test('the jars of another pom, or a damaged file, count as none', async () => {
  const { machine, jars } = await setting()
  await mkdir(cacheFolder(machine), { recursive: true })
  for (const text of [`0000000000000000\n${jars[0]}\n`, '', '\n\n', '\0\0\0']) {
    await writeFile(join(cacheFolder(machine), 'classpath'), text)
    assert.equal(await cachedClasspath(machine), undefined, JSON.stringify(text))
  }
})

test('without XDG_CACHE_HOME the cache is below the home folder', () => {
  const machine: Machine = { env: { HOME: '/home/ada' }, pid: 1, kill: () => true }
  assert.match(cacheFolder(machine), /^\/home\/ada\/\.cache\/headcount\/kafka-4\./)
})
