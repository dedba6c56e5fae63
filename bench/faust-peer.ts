import { existsSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, run } from './interop/programs.ts'

const VERSION = '0.15.3'

/** A Python with Faust in a folder of its own, fetched once. Undefined, and one line said, where there can't be. */
export async function faustPython(say: (line: string) => void): Promise<string | undefined> {
  const python = findProgram('python3')
  if (!python) {
    say('Faust: skipped, no python3 on the PATH')
    return undefined
  }
  const folder = join(tmpdir(), `headcount-bench-faust-${VERSION}`)
  const found = join(folder, 'bin', 'python')
  if (existsSync(found)) return found
  const part = `${folder}.${process.pid}`
  try {
    await run(python, ['-m', 'venv', part])
    await run(join(part, 'bin', 'python'), [
      '-m',
      'pip',
      'install',
      '-q',
      `faust-streaming==${VERSION}`
    ])
    renameSync(part, folder)
    return found
  } catch (error) {
    rmSync(part, { recursive: true, force: true })
    say(`Faust: skipped, ${(error as Error).message.split('\n')[0]}`)
    return undefined
  }
}
