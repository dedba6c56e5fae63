import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshFolder, headcount } from './child.ts'

test('a file that cannot be read is told before a broker is looked for', async () => {
  using folder = freshFolder()
  const surroundings = { folder: folder.path }
  const missing = await headcount(['produce', '-t', 'x', 'nowhere.jsonl'], surroundings)
  assert.equal(missing.status, 1)
  assert.match(missing.stderr, /nowhere\.jsonl: no such file \[input-missing\]/)
  const directory = await headcount(['produce', '-t', 'x', folder.path], surroundings)
  assert.match(directory.stderr, /\[input-directory\]/)
})

test('a broker that does not answer is named within five seconds', async () => {
  const started = performance.now()
  for (const command of ['produce', 'consume']) {
    const args = [command, '-t', 'x', '-b', '127.0.0.1:1']
    const { status, stderr } = await headcount(args)
    assert.equal(status, 1)
    assert.match(stderr, /127\.0\.0\.1:1 .*\[broker-unreachable\]\n {2}→ check --brokers/)
  }
  assert.ok(performance.now() - started < 10_000)
})

test('a topic is needed', async () => {
  const { status, stderr } = await headcount(['produce'])
  assert.equal(status, 2)
  assert.match(stderr, /--topic is needed for sending/)
})
