import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { failure } from '../../src/core/errors.ts'
import { ended, freshFolder, headcount, startHeadcount } from './child.ts'

test('help and version are answers, no command is a mistake', async () => {
  const [help, version, none] = await Promise.all([
    headcount(['--help']),
    headcount(['--version']),
    headcount([])
  ])
  assert.equal(help.status, 0)
  assert.match(help.stdout, /^Usage: headcount <command>[\s\S]*count +count distinct keys/)
  assert.equal(version.status, 0)
  assert.match(version.stdout, /^headcount \d+\.\d+\.\d+\n$/)
  assert.equal(none.status, 2)
  assert.equal(none.stdout, '')
  assert.match(none.stderr, /^Usage: headcount/)
})

const mistakes: readonly [args: readonly string[], stderr: RegExp][] = [
  [['confg'], /unknown command confg \[command-unknown]\n {2}→ did you mean headcount config\?/],
  [['config', 'shwo'], /→ did you mean headcount config show\?/],
  [['--brokers', 'a'], /→ options follow the command/],
  [['config', 'show', '--orgin'], /unknown option --orgin [\s\S]*did you mean --origin\?/],
  [['config', 'show', '--format', 'yaml'], /--format: yaml is not one of [\s\S]*--format jsonl/],
  [['topic', 'create'], /headcount topic create needs <topic>[\s\S]*\[argument-missing]/]
]

for (const [args, stderr] of mistakes) {
  test(`headcount ${args.join(' ')}: two lines and exit status 2`, async () => {
    const run = await headcount(args)
    assert.equal(run.status, 2)
    assert.equal(run.stdout, '')
    assert.match(run.stderr, stderr)
    assert.equal(run.stderr.trimEnd().split('\n').length, 2)
  })
}

test('--debug adds the trace to an error, nothing else does', async () => {
  const [plain, traced] = await Promise.all([
    headcount(['config', 'show', '--format', 'yaml']),
    headcount(['config', 'show', '--format', 'yaml', '--debug'])
  ])
  assert.doesNotMatch(plain.stderr, /\n {4}at /)
  assert.match(traced.stderr, /\n {4}at /)
})

test('a reader that goes away (| head) ends the work quietly with 0', async () => {
  const child = startHeadcount(['config', 'show', '--format', 'jsonl'])
  child.stdout.destroy()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const [status] = await once(child, 'close')
  assert.equal(stderr, '')
  assert.equal(status, 0)
})

test('the first Ctrl-C ends a command that waits for a silent broker with 130', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const child = startHeadcount(['topic', 'list', '--brokers', `127.0.0.1:${portOf(silent)}`])
  const result = ended(child)
  const [socket] = await once(silent, 'connection')
  child.kill('SIGINT')
  const { status, stderr } = await result
  socket.destroy()
  silent.close()
  assert.equal(status, 130)
  assert.match(stderr, /interrupted: stopped before the end \[interrupted]/)
})

test('secrets are in no output: not shown, not in help, not in errors, not in traces', async () => {
  using folder = freshFolder()
  const secrets = ['hunter2-a', 'hunter2-b', 'hunter2-c', 'hunter2-d']
  const file = { 'tls-key-password': secrets[2], property: { 'ssl.key.password': secrets[3] } }
  writeFileSync(join(folder.path, 'headcount.config.json'), JSON.stringify(file))
  const around = {
    folder: folder.path,
    env: {
      HEADCOUNT_SASL_PASSWORD: secrets[0]!,
      HEADCOUNT_PROPERTY: `sasl.jaas.config=a.PlainLoginModule required username="u" password="${secrets[1]}";`
    }
  }
  const runs = await Promise.all([
    headcount(['config', 'show', '--origin', '--format', 'table'], around),
    headcount(['config', 'show', '--format', 'jsonl'], around),
    headcount(['topic', 'list', '--help'], around),
    headcount(['topic', 'list', '--tls-ca', 'none.pem', '--debug'], around),
    headcount(['topic', 'list', '--sasl-token', secrets[0]!, '--client', secrets[1]!], around),
    headcount(['topic', 'list', '--client-id', secrets[0]!, '-X', `a=${secrets[1]}`], around)
  ])
  assert.match(runs[0]!.stdout, /sasl-password +\*\*\* +HEADCOUNT_SASL_PASSWORD/)
  assert.match(runs[0]!.stdout, /sasl-username +u +HEADCOUNT_PROPERTY \(sasl\.jaas\.config\)/)
  for (const { all } of runs) {
    assert.notEqual(all, '')
    for (const secret of secrets) assert.ok(!all.includes(secret), all)
  }
})

test('config show names the origin of each value, the strongest one', async () => {
  using folder = freshFolder()
  writeFileSync(join(folder.path, '.env'), 'HEADCOUNT_TOPIC=from-dotenv\nHEADCOUNT_KEY=dot\n')
  writeFileSync(join(folder.path, 'headcount.config.json'), '{"key":"file","wait":"90s"}')
  const env = { HEADCOUNT_KEY: 'env' }
  const run = await headcount(['config', 'show', '--origin', '--format', 'jsonl'], {
    folder: folder.path,
    env
  })
  const rows = run.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { option: string; value: string; origin: string })
  const row = (option: string) => rows.find(candidate => candidate.option === option)
  assert.deepEqual(row('key'), { option: 'key', value: 'env', origin: 'HEADCOUNT_KEY' })
  assert.equal(row('topic')?.origin, 'HEADCOUNT_TOPIC in .env')
  assert.deepEqual(row('wait'), {
    option: 'wait',
    value: '90s',
    origin: 'headcount.config.json'
  })
  assert.equal(row('precision')?.origin, 'default')
})

const oldNode = (process.env.PATH ?? '')
  .split(delimiter)
  .map(folder => join(folder, 'node'))
  .filter(existsSync)
  .find(node => Number(execFileSync(node, ['-p', 'parseInt(process.versions.node)'])) < 24)

test('an older Node is told what to do', { skip: oldNode ? false : 'no older Node' }, async () => {
  const run = await headcount(['--help'], { node: oldNode! })
  const version = execFileSync(oldNode!, ['-p', 'process.versions.node'], { encoding: 'utf8' })
  const { message, cure, code, exitStatus } = failure('node-old', { version: version.trim() })
  assert.equal(run.stderr, `headcount: ${message} [${code}]\n  → ${cure}\n`)
  assert.equal(run.status, exitStatus)
})

function portOf(server: Server): number {
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}
