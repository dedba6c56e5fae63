import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { projectRoot } from '../../scripts/gate/tree.ts'
import { longestFirst } from '../../scripts/test-run/long-files.ts'
import { selectTests, testFiles } from '../../scripts/test-run/test-selection.ts'

const folder = mkdtempSync(join(tmpdir(), 'headcount-runner-'))
after(() => rmSync(folder, { recursive: true }))

const files = [
  'test/core/bytes.test.ts',
  'test/integration/count.test.ts',
  'test/sim/crash.sim.test.ts',
  'test/window/a.test.ts'
]

test('without arguments everything is run, the benches too', () => {
  assert.deepEqual(selectTests([], files), {
    unit: ['test/core/bytes.test.ts', 'test/window/a.test.ts'],
    simulation: ['test/sim/crash.sim.test.ts'],
    integration: ['test/integration/count.test.ts'],
    benches: true
  })
})

test('long files come first, in an order of their own, and none gets lost', () => {
  const files = testFiles().filter(file => file.startsWith('test/integration/'))
  const ordered = longestFirst(files)
  assert.equal(ordered[0], 'test/integration/count-chaos.test.ts')
  assert.deepEqual(ordered.toSorted(), files)
  assert.deepEqual(longestFirst(['test/integration/topics.test.ts']), [
    'test/integration/topics.test.ts'
  ])
})

test('a layer alone, or files by a part of their path', () => {
  assert.deepEqual(selectTests(['--unit'], files).integration, [])
  const { unit, simulation } = selectTests(['--simulation'], files)
  assert.deepEqual([unit, simulation], [[], ['test/sim/crash.sim.test.ts']])
  assert.deepEqual(selectTests(['--integration'], files), {
    unit: [],
    simulation: [],
    integration: ['test/integration/count.test.ts'],
    benches: false
  })
  assert.deepEqual(selectTests(['count', 'bytes'], files), {
    unit: ['test/core/bytes.test.ts'],
    simulation: [],
    integration: ['test/integration/count.test.ts'],
    benches: false
  })
})

/** Runs the real runner in a process of its own over one test file. */
function runOver(text: string, fileMs = 10_000): { status: number | null; stdout: string } {
  const file = join(folder, 'sample.test.ts')
  writeFileSync(file, text)
  const driver = join(folder, 'driver.ts')
  const layer = join(projectRoot, 'scripts/test-run/test-layer.ts')
  writeFileSync(
    driver,
    `import { runLayer, showTotals } from ${JSON.stringify(layer)}
    const counts = await runLayer([${JSON.stringify(file)}], { concurrency: 1, timeoutMs: 5000, fileMs: ${fileMs} })
    showTotals(counts, 1)
    process.exitCode = counts.failed === 0 ? 0 : 1`
  )
  // With NODE_TEST_CONTEXT the runner below would believe that it is a test file itself.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return spawnSync(process.execPath, [driver], { cwd: folder, encoding: 'utf8', env })
}

test('passes, failures and skips are counted and told apart', () => {
  const { status, stdout } = runOver(`
    import test from 'node:test'
    import assert from 'node:assert/strict'
    test('adds', () => {})
    test('subtracts', () => assert.equal(3 - 1, 1))
    test('divides', { skip: 'no data' }, () => {})`)
  assert.equal(status, 1)
  assert.match(stdout, /FAILED {2}subtracts \(.*sample\.test\.ts:5\)/)
  assert.match(stdout, /2 !== 1/)
  assert.match(stdout, /skipped 1: no data/)
  for (const line of ['ℹ tests 3', 'ℹ pass 1', 'ℹ fail 1', 'ℹ skipped 1']) {
    assert.ok(stdout.split('\n').includes(line), line)
  }
})

test('a file that dies before its first test is a failure', () => {
  const { status, stdout } = runOver(`import './not-there.ts'`)
  assert.equal(status, 1)
  assert.match(stdout, /not-there/)
  assert.match(stdout, /^ℹ fail 1$/m)
})

test('a file that something open keeps alive ends after its time, and says so', () => {
  const { status, stdout } = runOver(
    `
    import test from 'node:test'
    test('leaves a timer behind', () => void setInterval(() => {}, 1000))`,
    2_000
  )
  assert.equal(status, 1)
  assert.match(stdout, /did not end within 2 s; still open: .*Timeout/)
})
