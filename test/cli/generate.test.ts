import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { recount } from '../testing/truth-recount.ts'
import { ended, freshFolder, headcount, startHeadcount } from './child.ts'

test('frames go to standard output or a file, the same bytes, with the truth beside', async () => {
  using folder = freshFolder()
  const surroundings = { folder: folder.path }
  const options = [
    'generate',
    '-n',
    '2k',
    '--users',
    '90',
    '--shape',
    'small',
    '--late-share',
    '0.1'
  ]
  const piped = await headcount(options, surroundings)
  assert.equal(piped.status, 0, piped.stderr)
  assert.equal(piped.stderr, '')
  const filed = await headcount([...options, '-o', 'f.jsonl', '--truth', 't.json'], surroundings)
  assert.match(filed.stderr, /^generated 2.0 k frames, /)
  assert.equal(filed.stdout, '')
  const bytes = readFileSync(join(folder.path, 'f.jsonl'))
  assert.equal(bytes.toString(), piped.stdout)
  const truth = JSON.parse(readFileSync(join(folder.path, 't.json'), 'utf8')) as ReturnType<
    typeof recount
  >
  assert.deepEqual(recount(bytes).minutes, truth.minutes)
})

test('a reader that has seen enough ends it quietly', async () => {
  const child = startHeadcount(['generate', '--frames', '10M'])
  await once(child.stdout, 'data')
  child.stdout.destroy()
  const { status, stderr } = await ended(child)
  assert.equal(status, 0)
  assert.equal(stderr, '')
})

test('options that make no sense are refused with an example', async () => {
  for (const option of ['--size=10', '--start=soon', '--start=1970-01-01', '--late-share=2']) {
    const { status, stderr } = await headcount(['generate', option])
    assert.equal(status, 2, option)
    assert.match(stderr, /\n {2}→ example: /)
  }
  const { status, stderr } = await headcount(['generate', '-n', '1', '-o', '/no/such/folder/f'])
  assert.equal(status, 1)
  assert.match(stderr, /\/no\/such\/folder\/f.*\[output-failed\]/)
})
