import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as sketch from '../../src/sketch/index.ts'
import { browserAnswers } from './browser.ts'
import { findProgram, run } from './programs.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

interface Answers {
  readonly kernel: string
  readonly isPlainTheSame: boolean
  readonly copies: boolean
  readonly error: string
}

/**
 * `headcount/sketch`, built, in a page without a bundler and in a worker: what they make of 20,000 keys
 * is what Node makes of them, to the byte, with WASM and where a page may not use it. Throws at the first
 * thing that doesn't hold. `dist` is a built package; without it one is built into a temporary folder.
 */
export async function checkBrowser(say: (line: string) => void, dist?: string): Promise<void> {
  const program = PROGRAMS.map(findProgram).find(path => path !== undefined)
  if (!program) {
    say('browser: skipped, no Chromium is installed')
    return
  }
  const version = (await run(program, ['--version'])).trim()
  const built = dist ?? (await build())
  try {
    const expected = await answersOfNode()
    assert.ok(expected.isPlainTheSame && expected.copies)
    assert.match(expected.error, /^format-damaged: /)
    for (const isWasmAllowed of [true, false]) {
      const kernel = isWasmAllowed ? 'wasm' : 'plain'
      const answers = await browserAnswers(program, built, isWasmAllowed)
      assert.equal(answers.error, undefined)
      assert.deepEqual(answers.page, { ...expected, kernel })
      assert.deepEqual(answers.worker, { ...expected, kernel })
      say(`${version}: page and worker, ${kernel} kernel: 0 bytes differ from Node's`)
    }
  } finally {
    if (!dist) await rm(built, { recursive: true })
  }
}

async function answersOfNode(): Promise<Answers> {
  const file = new URL('browser/answers.mjs', import.meta.url).href
  const { answersOf } = (await import(file)) as { answersOf: (api: typeof sketch) => Answers }
  // As JSON would have brought them.
  return JSON.parse(JSON.stringify(answersOf(sketch))) as Answers
}

async function build(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'headcount-dist-'))
  await run('npm', ['run', 'build', '--', '--outDir', folder], { cwd: root })
  return folder
}
