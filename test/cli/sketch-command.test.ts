import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createSketch, type SketchKind, wrapSketch } from '../../src/sketch/index.ts'
import { PostgresHll } from '../../src/sketch/postgres-hll.ts'
import { RedisHll } from '../../src/sketch/redis-hll.ts'
import { integerHashes } from '../sketch/integer-hashes.ts'
import { type Ended, freshFolder, headcount } from './child.ts'
import { assertWellFormed } from './sketch/svg-wellformed.ts'

interface Line {
  readonly file: string
  readonly format: string
  readonly kind: string
  readonly entries?: number
  readonly estimate: number
  readonly low: number
  readonly high: number
  readonly bounds: readonly { readonly confidence: number; readonly low: number }[]
}

const linesOf = ({ stdout }: Ended) =>
  stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Line)

function store(folder: string, name: string, kind: SketchKind, from: number, to: number): string {
  const sketch = createSketch(kind, 12)
  sketch.addColumns(integerHashes(to, from), 0, to - from)
  writeFileSync(join(folder, name), sketch.serialize())
  return name
}

async function run(folder: string, ...args: readonly string[]): Promise<Ended> {
  const ended = await headcount(['sketch', ...args], { folder })
  assert.equal(ended.status, 0, ended.stderr)
  return ended
}

test('inspect tells everything about sketches of several kinds', async () => {
  using folder = freshFolder()
  const exact = store(folder.path, 'exact.hcs', 'exact', 0, 2_000)
  const theta = store(folder.path, 'theta.hcs', 'theta', 0, 2_000)
  const [first, second] = linesOf(await run(folder.path, 'inspect', exact, theta))
  assert.deepEqual(
    [first!.file, first!.format, first!.kind, first!.entries, first!.estimate],
    ['exact.hcs', 'headcount', 'exact', 2_000, 2_000]
  )
  assert.equal(second!.kind, 'theta')
  assert.deepEqual(
    second!.bounds.map(({ confidence }) => confidence),
    [0.68, 0.95, 0.997]
  )
  const table = await run(folder.path, 'inspect', exact, '--format', 'table')
  assert.match(
    table.stdout,
    /file +format +kind +lgK[\s\S]*exact\.hcs +headcount +exact +12 +exact +2000/
  )
})

test('merge writes the union, and estimate reads it again', async () => {
  using folder = freshFolder()
  const left = store(folder.path, 'left.hcs', 'adaptive', 0, 600)
  const right = store(folder.path, 'right.hcs', 'exact', 300, 900)
  const [merged] = linesOf(await run(folder.path, 'merge', '-o', 'union.hcs', left, right))
  assert.deepEqual([merged!.file, merged!.estimate, merged!.low], ['union.hcs', 900, 900])
  const union = wrapSketch(readFileSync(join(folder.path, 'union.hcs')))
  assert.equal(union.kind, 'adaptive')
  const [again] = linesOf(await run(folder.path, 'estimate', 'union.hcs', '--confidence', '0.997'))
  assert.equal(again!.estimate, 900)
})

test('convert writes what DataSketches reads, and it comes back the same', async () => {
  using folder = freshFolder()
  const ours = store(folder.path, 'ours.hcs', 'adaptive', 0, 5_000)
  for (const format of ['datasketches-hll4', 'datasketches-hll6', 'datasketches-hll8']) {
    await run(folder.path, 'convert', '--to', format, '-o', 'theirs.sk', ours)
    const [theirs] = linesOf(await run(folder.path, 'inspect', 'theirs.sk'))
    assert.equal(theirs!.format, format)
    await run(folder.path, 'convert', '--to', 'headcount', '-o', 'back.hcs', 'theirs.sk')
    assert.deepEqual(
      readFileSync(join(folder.path, 'back.hcs')),
      readFileSync(join(folder.path, ours))
    )
  }
  const theta = store(folder.path, 'theta.hcs', 'theta', 0, 5_000)
  for (const format of ['datasketches-theta', 'datasketches-theta-compressed']) {
    await run(folder.path, 'convert', '--to', format, '-o', 'theta.sk', theta)
    assert.equal(linesOf(await run(folder.path, 'inspect', 'theta.sk'))[0]!.format, format)
  }
})

test('sketches of Redis and PostgreSQL are read, and merge with their like alone', async () => {
  using folder = freshFolder()
  for (const [name, sketch] of [
    ['redis', new RedisHll()],
    ['postgres', new PostgresHll()]
  ] as const) {
    for (const key of ['a', 'b', 'c']) sketch.addBytes(Buffer.from(key))
    writeFileSync(join(folder.path, name), sketch.serialize())
  }
  const lines = linesOf(await run(folder.path, 'inspect', 'redis', 'postgres'))
  assert.deepEqual(
    lines.map(({ format, estimate }) => [format, estimate]),
    [
      ['redis', 3],
      ['postgresql-hll', 3]
    ]
  )
  await run(folder.path, 'merge', '-o', 'union', 'redis', 'redis')
  assert.deepEqual(
    readFileSync(join(folder.path, 'union')),
    readFileSync(join(folder.path, 'redis'))
  )
  const ours = store(folder.path, 'ours.hcs', 'adaptive', 0, 5)
  for (const pair of [
    ['redis', 'postgres'],
    ['postgres', ours],
    [ours, 'redis']
  ]) {
    const refused = await headcount(['sketch', 'merge', '-o', 'union', ...pair], {
      folder: folder.path
    })
    assert.match(refused.stderr, /sketch-mismatch/)
    assert.equal(refused.status, 1)
  }
})

test('what is no sketch, damaged, of another form or missing is told by name', async () => {
  using folder = freshFolder()
  const ours = store(folder.path, 'ours.hcs', 'adaptive', 0, 50)
  writeFileSync(join(folder.path, 'text'), 'to be or not to be')
  writeFileSync(join(folder.path, 'empty'), '')
  const bytes = readFileSync(join(folder.path, ours))
  writeFileSync(join(folder.path, 'damaged'), bytes.subarray(0, bytes.length - 1))
  for (const [args, code] of [
    [['inspect', 'text'], 'sketch-unknown'],
    [['inspect', 'empty'], 'sketch-unknown'],
    [['estimate', ours, 'damaged'], 'sketch-unreadable'],
    [['estimate', 'nowhere'], 'input-missing'],
    [['convert', '--to', 'datasketches-theta', '-o', 'x', ours], 'sketch-form'],
    [['convert', '-o', 'x', ours], 'option-missing'],
    [['merge', ours], 'option-missing'],
    [['bench', '--text', 'empty'], 'text-empty']
  ] as const) {
    const { status, stderr } = await headcount(['sketch', ...args], { folder: folder.path })
    assert.match(stderr, new RegExp(`\\[${code}\\]`), args.join(' '))
    assert.notEqual(status, 0)
  }
})

test('bench counts the words of a text in each way, and draws it', async () => {
  using folder = freshFolder()
  const words = Array.from({ length: 3_000 }, (_, i) => `w${i % 500}`)
  writeFileSync(join(folder.path, 'text'), words.join(' '))
  const args = ['bench', '--text', 'text', '--seeds', '3', '--chart', 'chart.svg']
  const { stdout } = await run(folder.path, ...args)
  const rows = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, string | number>)
  assert.deepEqual(
    rows.map(({ kind }) => kind),
    ['set', 'exact', 'linear', 'hll', 'ull', 'theta']
  )
  for (const { words, distinct, seeds, count, rmse, memoryBytes, nsPerKey } of rows) {
    assert.deepEqual([words, distinct, seeds], [3_000, 500, 3])
    assert.ok(Math.abs(Number(count) / 500 - 1) < 0.2 && Number(rmse) < 0.2)
    assert.ok(Number(memoryBytes) >= 0 && Number(nsPerKey) > 0)
  }
  assert.deepEqual(
    rows
      .map(({ storedBytes }) => storedBytes)
      .filter(bytes => [3_384, 3_072, 512].includes(Number(bytes))),
    [3_384, 3_072, 512]
  )
  assertWellFormed(readFileSync(join(folder.path, 'chart.svg'), 'utf8'))
})
