import { test } from 'node:test'
import {
  deterministic,
  hotPathSynchronous,
  portsAreTypes,
  processInCliOnly
} from '../../scripts/gate/purity-rules.ts'
import { assertClean, assertFinds } from './broken-rule.ts'

test('process and console belong to cli', () => {
  assertClean(processInCliOnly, {
    'src/cli/a.ts': 'process.exit(1)\nconsole.log(1)',
    'scripts/a.ts': 'console.log(process.argv)',
    'src/core/a.ts': 'export const a = { process: 1 }\na.process'
  })
  assertFinds(
    processInCliOnly,
    {
      'src/host/a.ts': '\nprocess.exit(1)\nconsole.log(1)',
      'src/host/b.ts': 'const { env } = process',
      'src/host/c.ts': `import { env } from 'node:process'`,
      'src/host/d.ts': 'globalThis.process.exit()'
    },
    [
      'src/host/a.ts:2 uses process',
      'src/host/a.ts:3 uses console',
      'src/host/b.ts:1 uses process',
      'src/host/d.ts:1 uses globalThis.process',
      'src/host/c.ts:1 imports node:process'
    ]
  )
})

test('pure rooms know neither time nor chance', () => {
  const calls = ['Date.now()', 'new Date()', 'Date()', 'Math.random()', 'setInterval(f, 1)']
  for (const call of calls) {
    const name = call.replace('(f, 1)', '').replace('now()', 'now').replace('random()', 'random')
    assertFinds(deterministic, { 'src/merge/a.ts': `const f = 1\n${call}` }, [
      `src/merge/a.ts:2 uses ${name}`
    ])
  }
  assertFinds(deterministic, { 'src/core/a.ts': 'performance.now()' }, [
    'src/core/a.ts:1 uses performance'
  ])
  assertClean(deterministic, {
    'src/window/a.ts': 'new Date(5).getTime()\nMath.floor(1.5)\nDate.UTC(2016, 1)',
    'src/host/a.ts': 'Date.now()'
  })
})

test('the path of a frame is synchronous', () => {
  assertFinds(
    hotPathSynchronous,
    {
      'src/combine/a.ts': 'export async function f() {\n  await f()\n}',
      'src/extract/b.ts': 'const f = async () => 1\nlet p: Promise<number>\nconst n = 1n',
      'src/sketch/c.ts': 'BigInt(1)'
    },
    [
      'src/combine/a.ts:1 uses async',
      'src/combine/a.ts:2 uses await',
      'src/extract/b.ts:1 uses async',
      'src/extract/b.ts:2 uses Promise',
      'src/extract/b.ts:3 uses BigInt',
      'src/sketch/c.ts:1 uses BigInt'
    ]
  )
  assertClean(hotPathSynchronous, { 'src/runtime/a.ts': 'export async function f() {}' })
})

test('port holds types only', () => {
  assertClean(portsAreTypes, {
    'src/port/a.ts': `import type { B } from './b.ts'\nexport interface A { b: B }\nexport type C = A`
  })
  assertFinds(portsAreTypes, { 'src/port/a.ts': 'export type A = 1\nexport const a = 1' }, [
    'src/port/a.ts:2 a statement that is not a type'
  ])
})
