import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findKafka } from '../src/broker/kafka-runtime.ts'
import { findProgram, run } from './interop/programs.ts'

const sources = fileURLToPath(new URL('peers/java/', import.meta.url))
const GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'

/** Rivals that run on Java: what comes before the name of a class. */
export interface JavaPeers {
  /** Our own rivals, with Maven's jars. */
  readonly own: (...flags: string[]) => readonly string[]
  /** Kafka's tools, with the jars of the development broker. */
  readonly kafka: (...flags: string[]) => readonly string[]
}

/**
 * Builds the rivals in Java, once for each state of their sources. Undefined, and one line said, where there is no
 * JDK or no Maven, or where it fails.
 */
export async function javaPeers(say: (line: string) => void): Promise<JavaPeers | undefined> {
  const [mvn, javac, java] = ['mvn', 'javac', 'java'].map(findProgram)
  if (!mvn || !javac || !java) {
    const missing = [!java && 'java', !javac && 'javac', !mvn && 'mvn'].filter(Boolean).join(', ')
    say(`rivals in Java: skipped, no ${missing} on the PATH`)
    return undefined
  }
  try {
    const folder = await built(mvn, javac)
    const kafka = await findKafka({ machine: process, onProgress: say })
    if (kafka.isContainer) throw new Error('Kafka is an image here')
    const [classes, jars] = [join(folder, 'classes'), join(folder, 'jars', '*')]
    const ours = [classes, jars].join(delimiter)
    const theirs = [classes, kafka.classpath].join(delimiter)
    return {
      own: (...flags) => [java, ...flags, '-cp', ours, 'UsageReport'],
      kafka: (...flags) => [java, ...flags, '-cp', theirs, 'UsageReport']
    }
  } catch (error) {
    say(`rivals in Java: skipped, ${(error as Error).message.split('\n')[0]}`)
    return undefined
  }
}

/** The folder with their classes and jars. */
async function built(mvn: string, javac: string): Promise<string> {
  const names = readdirSync(sources).sort()
  const hash = createHash('sha256')
  for (const name of names) hash.update(readFileSync(join(sources, name)))
  const folder = join(tmpdir(), `headcount-bench-java-${hash.digest('hex').slice(0, 12)}`)
  if (existsSync(folder)) return folder
  const part = `${folder}.${process.pid}`
  mkdirSync(part)
  try {
    const jars = join(part, 'jars')
    await run(mvn, ['-q', '-B', '-f', join(sources, 'pom.xml'), GOAL, `-DoutputDirectory=${jars}`])
    const files = names.filter(name => name.endsWith('.java')).map(name => join(sources, name))
    await run(javac, ['-cp', join(jars, '*'), '-d', join(part, 'classes'), ...files])
    renameSync(part, folder)
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
  return folder
}
