import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isFailure } from '../src/core/errors.ts'
import { projectRoot } from './gate/tree.ts'
import { BIN_VARIABLE, BuiltPackage } from './test-run/built-package.ts'
import { longestFirst } from './test-run/long-files.ts'
import { BROKERS_VARIABLE, testBroker } from './test-run/test-broker.ts'
import { add, type Counts, noTests, runLayer, showTotals } from './test-run/test-layer.ts'
import { selectTests, testFiles } from './test-run/test-selection.ts'

const CONCURRENCY = 2
/** Integration tests wait for brokers half of their time. */
const INTEGRATION_CONCURRENCY = 3
const UNIT_TEST_MS_MAX = 60_000
const SIMULATION_TEST_MS_MAX = 240_000
const INTEGRATION_TEST_MS_MAX = 180_000
const FILE_MS_MAX = 300_000
/** From so many files on, building the package costs less than starting from sources each time. */
const BUILD_FROM = 10

type Layer = () => Promise<Counts>

/** Runs a layer under its heading, with its time. */
async function layer(heading: string, run: Layer): Promise<Counts> {
  console.log(`\n${heading}`)
  const started = performance.now()
  const counts = await run()
  const { tests, failed, skipped } = counts
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  console.log(`${heading}: ${tests} tests, ${failed} failed, ${skipped} skipped, ${seconds} s`)
  return counts
}

/** Test files, nothing around them. */
function plain(files: readonly string[], timeoutMs: number, signal: AbortSignal): Layer {
  return () => runLayer(files, { concurrency: CONCURRENCY, timeoutMs, fileMs: FILE_MS_MAX, signal })
}

/** The tests get one broker between them, and it goes when they are done or interrupted. */
function integration(files: readonly string[], signal: AbortSignal): Layer {
  return async () => {
    const broker = await testBroker(signal)
    if ('missing' in broker) {
      console.log(`  SKIPPED, no broker: ${broker.missing}`)
      return { ...noTests, tests: files.length, skipped: files.length }
    }
    try {
      console.log(`  broker at ${broker.brokers}`)
      process.env[BROKERS_VARIABLE] = broker.brokers
      return await runLayer(longestFirst(files), {
        concurrency: INTEGRATION_CONCURRENCY,
        timeoutMs: INTEGRATION_TEST_MS_MAX,
        fileMs: FILE_MS_MAX,
        signal
      })
    } finally {
      await broker.stop()
    }
  }
}

/** Every bench once at its small size, so that benches don't rot: one test that passes or fails. */
function benches(script: string): Layer {
  return async () => {
    const child = spawn(process.execPath, [script], { cwd: projectRoot, stdio: 'inherit' })
    const [code] = (await once(child, 'close')) as [number | null]
    const passed = code === 0 ? 1 : 0
    return { ...noTests, tests: 1, passed, failed: 1 - passed }
  }
}

async function runAll(signal: AbortSignal): Promise<Counts> {
  const selection = selectTests(process.argv.slice(2), testFiles())
  const files = selection.unit.length + selection.integration.length
  if (files < BUILD_FROM) return runLayers(selection, signal)
  const built = new BuiltPackage()
  process.env[BIN_VARIABLE] = built.bin
  process.env.NODE_COMPILE_CACHE ??= built.compileCache
  try {
    return await runLayers(selection, signal)
  } finally {
    built.remove()
  }
}

type Selection = ReturnType<typeof selectTests>

async function runLayers(selection: Selection, signal: AbortSignal): Promise<Counts> {
  const total = { ...noTests }
  const { unit, simulation, integration: files } = selection
  if (unit.length > 0) add(total, await layer('unit', plain(unit, UNIT_TEST_MS_MAX, signal)))
  if (simulation.length > 0 && !signal.aborted) {
    add(total, await layer('simulation', plain(simulation, SIMULATION_TEST_MS_MAX, signal)))
  }
  if (files.length > 0 && !signal.aborted) {
    add(total, await layer('integration', integration(files, signal)))
  }
  const smoke = join(projectRoot, 'bench', 'smoke.ts')
  if (selection.benches && existsSync(smoke) && !signal.aborted) {
    add(total, await layer('benches, small', benches(smoke)))
  }
  return total
}

const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort())

const started = performance.now()
try {
  const total = await runAll(interrupted.signal)
  showTotals(total, performance.now() - started)
  if (total.tests === 0) console.log('no test file matches')
  const good = total.tests > 0 && total.failed === 0 && total.cancelled === 0
  process.exitCode = interrupted.signal.aborted ? 130 : good ? 0 : 1
} catch (error) {
  if (interrupted.signal.aborted) {
    console.error('test: interrupted')
    process.exitCode = 130
  } else if (isFailure(error)) {
    console.error(`test: ${error.message}\n  → ${error.cure}`)
    process.exitCode = 1
  } else {
    throw error
  }
}
