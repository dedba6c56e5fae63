import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ended, freshFolder, startHeadcount } from './child.ts'

const WAIT_MS = 30_000
const replaced = process.platform !== 'win32'

/** What the process that counted was started with, as the process itself saw it. */
async function counted(options: string): Promise<{
  readonly self: boolean
  readonly flags: readonly string[]
  readonly stdout: string
}> {
  using folder = freshFolder()
  const preload = join(folder.path, 'started.mjs')
  const told = join(folder.path, 'started.json')
  writeFileSync(
    preload,
    `import { writeFileSync } from 'node:fs'
    const { pid, execArgv } = process
    writeFileSync(${JSON.stringify(told)}, JSON.stringify({ pid, execArgv }))`
  )
  const frames = join(folder.path, 'frames.jsonl')
  writeFileSync(frames, '{"uid":"a","ts":1700000000}\n')
  const args = ['count', '--key', 'uid', '--window', '1m', '--format', 'jsonl', frames]
  const env = { NODE_OPTIONS: `--import=${pathToFileURL(preload).href} ${options}` }
  const child = startHeadcount(args, { env, folder: folder.path })
  const { status, stdout, stderr } = await ended(child)
  assert.equal(status, 0, stderr)
  assert.ok(existsSync(told))
  const { pid, execArgv } = JSON.parse(readFileSync(told, 'utf8'))
  return { self: pid === child.pid, flags: execArgv, stdout }
}

test('a count bounds its garbage, in the process that was started', {
  skip: !replaced
}, async () => {
  const { self, flags, stdout } = await counted('')
  assert.ok(self)
  assert.deepEqual(flags, ['--max-semi-space-size=16'])
  assert.match(stdout, /^\{"window":"1m",/)
})

for (const option of ['--max-semi-space-size=64', '--max-old-space-size=2000']) {
  test(`a heap that was set with ${option} stays as it is`, async () => {
    const { flags, stdout } = await counted(option)
    assert.deepEqual(flags, [])
    assert.match(stdout, /^\{"window":"1m",/)
  })
}

// While it loads its code the flag would cost it the code that is kept compiled.
test('a count that has begun to read bounds what it lets gather between two collections', async () => {
  using folder = freshFolder()
  const preload = join(folder.path, 'said.mjs')
  const said = join(folder.path, 'said.txt')
  writeFileSync(
    preload,
    `import { appendFileSync } from 'node:fs'
    import v8 from 'node:v8'
    v8.setFlagsFromString = flags => {
      if (!flags.includes('heap')) return
      appendFileSync(${JSON.stringify(said)}, flags)
      process.kill(process.pid, 'SIGINT')
    }`
  )
  const env = { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` }
  const args = ['count', '--key', 'uid', '--window', '1m', '--format', 'jsonl', '-']
  const child = startHeadcount(args, { env, folder: folder.path })
  try {
    child.stdin.on('error', () => {}).write('{"uid":"a","ts":1700000000}\n')
    await once(child, 'close', { signal: AbortSignal.timeout(WAIT_MS) })
    assert.equal(readFileSync(said, 'utf8'), '--heap-growing-percent=100')
  } finally {
    child.kill('SIGKILL')
  }
})
