import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  fileLength,
  fileSize,
  lineWidth,
  noLeftoverMarks,
  noMachinePaths,
  noRegistryAddresses,
  silencedWithReason
} from '../../scripts/gate/text-rules.ts'
import { assertClean, assertFinds } from './broken-rule.ts'

// What the rules look for is put together from parts: the rules read this file too.
const slashed = (...parts: string[]): string => `/${parts.join('/')}/`
const silence = (name: string): string => ['biome', name].join('-')

test('a file of code has at most 400 lines', () => {
  assertClean(fileLength, { 'src/core/a.ts': '1\n'.repeat(400), 'docs/a.md': '1\n'.repeat(900) })
  assertFinds(fileLength, { 'src/core/a.ts': '1\n'.repeat(401) }, [
    'src/core/a.ts:0 401 lines, at most 400'
  ])
})

test('comments end at column 120, long strings at 160', () => {
  assertClean(lineWidth, {
    'src/core/a.ts': `// ${'c'.repeat(117)}\nconst s = '${'s'.repeat(140)}'\n`
  })
  assertFinds(
    lineWidth,
    { 'src/core/a.ts': `// ${'c'.repeat(118)}\nconst s = '${'s'.repeat(150)}'\n` },
    ['src/core/a.ts:1 a comment 121 wide, at most 120', 'src/core/a.ts:2 162 wide, at most 160']
  )
})

test('a file over a megabyte is found', () => {
  const big = { path: 'test/golden/a.bin', text: '', bytes: 1_000_001 }
  assert.equal(fileSize([big]).length, 1)
  assert.equal(fileSize([{ ...big, bytes: 1_000_000 }]).length, 0)
})

test('left-over marks are found, in code and in pages', () => {
  for (const [first, second] of [
    ['TO', 'DO'],
    ['FIX', 'ME'],
    ['X', 'XX'],
    ['HA', 'CK']
  ]) {
    const mark = `${first}${second}`
    assertFinds(noLeftoverMarks, { 'src/core/a.ts': `\n// ${mark}: later` }, [
      `src/core/a.ts:2 left-over mark ${mark}`
    ])
  }
  assertClean(noLeftoverMarks, { 'docs/a.md': 'mastodon, hackney' })
})

test('a silenced check needs its reason', () => {
  const named = silence('ignore')
  assertFinds(
    silencedWithReason,
    { 'src/core/a.ts': `// ${named} lint/suspicious/noConsole\n// @ts-expect-error\n` },
    [
      `src/core/a.ts:1 ${named} without a reason`,
      'src/core/a.ts:2 @ts-expect-error without a reason'
    ]
  )
  assertFinds(silencedWithReason, { 'src/core/a.ts': '// gate-ignore walls:' }, [
    'src/core/a.ts:1 gate-ignore walls without a reason'
  ])
  assertClean(silencedWithReason, {
    'src/core/a.ts': `// ${named} lint/x/y: the loop is unrolled by hand\n// @ts-expect-error a missing placeholder is refused\n`
  })
})

test('paths of a machine are found, paths of users are not', () => {
  for (const path of [slashed('work', 'x'), slashed('root'), slashed('home', 'ann')]) {
    assert.equal(noMachinePaths([{ path: 'docs/a.md', text: path, bytes: 1 }]).length, 1, path)
  }
  assertClean(noMachinePaths, {
    'docs/a.md': `../${slashed('work')} ${slashed('var', 'lib')} src${slashed('root')}`
  })
})

test('download addresses are found', () => {
  const address = ['https://registry', 'npmjs', 'org/x.tgz'].join('.')
  const field = ['"resolved"', '"'].join(': ')
  assertFinds(noRegistryAddresses, { 'package-lock.json': `${field}${address}"` }, [
    `package-lock.json:1 download address ${field}http`
  ])
  assertFinds(noRegistryAddresses, { 'docs/a.md': `\n${address}` }, [
    `docs/a.md:2 download address ${['registry', 'npmjs', 'org'].join('.')}`
  ])
  assertClean(noRegistryAddresses, { 'package-lock.json': '"integrity": "sha512-x"' })
})
