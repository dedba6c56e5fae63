import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { findJava, javaMajor } from '../../src/broker/java-runtime.ts'
import { findKafka } from '../../src/broker/kafka-runtime.ts'
import { DownloadProgress } from '../../src/broker/maven.ts'
import { isFailure } from '../../src/core/errors.ts'
import { temporaryFolder } from './temporary-folder.ts'

const parent = await temporaryFolder()

/** A folder of programs that answer with a fixed line, as the only ones on the PATH. */
async function machineWith(programs: Record<string, string>, env: Record<string, string> = {}) {
  const path = await mkdtemp(join(parent, 'path-'))
  for (const [name, said] of Object.entries(programs)) {
    await writeFile(join(path, name), `#!/bin/sh\necho '${said}'\n`)
    await chmod(join(path, name), 0o755)
  }
  const home = await mkdtemp(join(parent, 'home-'))
  const kill = () => true
  return { env: { PATH: path, HOME: home, XDG_CACHE_HOME: home, ...env }, pid: process.pid, kill }
}

const find = async (machine: Awaited<ReturnType<typeof machineWith>>) =>
  findKafka({ machine, onProgress: () => undefined })

test('versions of Java are read in the old and the new form', () => {
  assert.equal(javaMajor('openjdk version "17.0.15" 2025-04-15'), 17)
  assert.equal(javaMajor('java version "1.8.0_392"'), 8)
  assert.equal(javaMajor('openjdk version "24" 2025-03-18'), 24)
  assert.equal(javaMajor('zsh: command not found'), undefined)
})

test('a missing and an old Java are told apart', async () => {
  const problemOf = async (programs: Record<string, string>, env = {}) => {
    const machine = await machineWith(programs, env)
    return findJava(machine).catch((error: Error) => error.message)
  }
  assert.match(await problemOf({}), /no java on the PATH/)
  assert.match(await problemOf({ java: 'openjdk version "11.0.2"' }), /java is Java 11/)
  assert.match(await problemOf({}, { JAVA_HOME: '/nowhere' }), /JAVA_HOME is \/nowhere/)
  assert.equal(await problemOf({ java: 'openjdk version "21"' }), 'java')
})

test('KAFKA_HOME comes first and has to hold Kafka 4', async () => {
  const home = await mkdtemp(join(parent, 'kafka-'))
  const java = { java: 'openjdk version "17.0.1"' }
  const machine = await machineWith(java, { KAFKA_HOME: home })
  await assert.rejects(find(machine), error => isFailure(error, 'kafka-missing'))
  await mkdir(join(home, 'libs'))
  await writeFile(join(home, 'libs', 'kafka_2.13-4.1.0.jar'), '')
  const kafka = await find(machine)
  assert.equal(kafka.origin, home)
  assert.equal(kafka.classpath, join(home, 'libs', '*'))
})

test('without Maven and Docker the error says so; a Docker engine is the last resort', async () => {
  const java = { java: 'openjdk version "17.0.1"' }
  await assert.rejects(
    find(await machineWith(java)),
    error => isFailure(error, 'kafka-missing') && /no mvn/.test(error.message)
  )
  await assert.rejects(find(await machineWith({})), error => isFailure(error, 'java-missing'))
  const kafka = await find(await machineWith({ docker: '28.0.0' }))
  assert.equal(kafka.command, 'docker')
  assert.ok(kafka.argsBefore({ folder: '/data', name: 'n' }).includes('/data:/data'))
})

test('the downloads of Maven become one moving count', () => {
  const lines: string[] = []
  const progress = new DownloadProgress(line => lines.push(line))
  progress.take('[INFO] Downloaded from central: https://x/y/z.pom (18 kB at 89 kB/s)')
  progress.take('[INFO] Downloaded from central: https://x/y/z.jar (6.7 MB at 20 MB/s)')
  progress.take('[INFO] Downloaded from central: https://x/y/w.jar (6.7 MB at 20 MB/s)')
  assert.deepEqual(lines, ['fetching Kafka: 1 jars, 7 MB'])
})
