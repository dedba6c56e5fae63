import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { failure } from '../core/errors.ts'
import type { Machine } from './machine.ts'

const JAVA_MIN = 17
const ANSWER_MS_MAX = 20_000

/** The `java` of JAVA_HOME, or of the PATH. Throws `java-missing` when it is absent or too old. */
export async function findJava(machine: Machine): Promise<string> {
  const home = machine.env.JAVA_HOME
  const java = home ? join(home, 'bin', 'java') : 'java'
  const answer = await versionAnswer(java, machine)
  const version = answer === undefined ? undefined : javaMajor(answer)
  if (version === undefined) {
    throw failure('java-missing', {
      problem: home ? `JAVA_HOME is ${home}, which has no working bin/java` : 'no java on the PATH'
    })
  }
  if (version < JAVA_MIN) throw failure('java-missing', { problem: `${java} is Java ${version}` })
  return java
}

/** `openjdk version "17.0.15" …` → 17, `java version "1.8.0_392"` → 8. */
export function javaMajor(answer: string): number | undefined {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(answer)
  if (!match) return undefined
  return match[1] === '1' && match[2] ? Number(match[2]) : Number(match[1])
}

function versionAnswer(java: string, machine: Machine): Promise<string | undefined> {
  return new Promise(resolve => {
    const options = { timeout: ANSWER_MS_MAX, env: { ...machine.env } }
    execFile(java, ['-version'], options, (error, stdout, stderr) => {
      resolve(error ? undefined : stderr + stdout)
    })
  })
}
