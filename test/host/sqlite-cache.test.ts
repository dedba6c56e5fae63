import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isFailure } from '../../src/core/errors.ts'
import { SqliteCache } from '../../src/host/sqlite-cache.ts'
import { stateCacheConformance } from '../conformance/state-cache.conformance.ts'
import { temporaryFolder } from './temporary-folder.ts'

const root = await temporaryFolder()
const child = fileURLToPath(new URL('state-child.ts', import.meta.url))

stateCacheConformance('in a file', () => new SqliteCache({ folder: root, task: 'app-0' }), 60)
stateCacheConformance('in a nameless file', () => new SqliteCache({ task: 'app-0' }), 60)

/** Registers: a few values again and again, so zstd has something to do. */
const registers = (length: number) =>
  Uint8Array.from({ length }, (_, at) => 3 + ((Math.imul(at, 0x9e3779b1) >>> 24) % 4))
/** As good as random. */
const hashes = (length: number) =>
  Uint8Array.from({ length }, (_, at) => Math.imul(at ^ (at >>> 7), 0x9e3779b1) >>> 24)

test('folder and file are for this user alone, and the file goes with the cache', () => {
  const folder = join(root, 'a', 'b')
  const cache = new SqliteCache({ folder, task: 'clicks/1' })
  const [name, ...others] = readdirSync(folder)
  assert.match(name!, /^headcount-clicks_1-[0-9a-f]{16}\.sqlite$/)
  assert.deepEqual(others, [])
  if (process.platform !== 'win32') {
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    assert.equal(statSync(join(folder, name!)).mode & 0o777, 0o600)
  }
  cache.close()
  cache.close()
  assert.deepEqual(readdirSync(folder), [])
})

test('two caches of one task in one folder keep apart', () => {
  const folder = join(root, 'shared')
  const first = new SqliteCache({ folder, task: 'app-0' })
  first.put(0, 0, 'null', 0, Uint8Array.of(1))
  first.commit()
  const second = new SqliteCache({ folder, task: 'app-0' })
  assert.equal(readdirSync(folder).length, 2)
  assert.equal(second.get(0, 0, 'null', 0), undefined)
  second.close()
  first.put(0, 1, 'null', 0, Uint8Array.of(2))
  first.commit()
  assert.equal([...first.rows()].length, 2)
  first.close()
  assert.deepEqual(readdirSync(folder), [])
})

test('a living process keeps its file, a killed one’s is removed at the next start', async () => {
  const folder = join(root, 'crash')
  const other = spawn(process.execPath, [child, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(other.stdout, 'data')
    const [held] = readdirSync(folder)
    assert.match(held!, /^headcount-other-0-/)
    new SqliteCache({ folder, task: 'app-0' }).close()
    assert.deepEqual(readdirSync(folder), [held])
  } finally {
    const gone = once(other, 'exit')
    other.kill('SIGKILL')
    await gone
  }
  assert.equal(readdirSync(folder).length, 1)
  new SqliteCache({ folder, task: 'app-0' }).close()
  assert.deepEqual(readdirSync(folder), [])
})

test('only state files go: damaged and empty ones too, but nothing that only looks alike', () => {
  const folder = join(root, 'mixed')
  mkdirSync(folder)
  const ours = (digit: string) => `headcount-app-0-${digit.repeat(16)}.sqlite`
  writeFileSync(join(folder, ours('0')), '')
  writeFileSync(join(folder, ours('1')), 'no database'.repeat(100))
  writeFileSync(join(folder, 'notes.sqlite'), 'mine')
  writeFileSync(join(folder, 'headcount-app-0.sqlite'), 'mine')
  symlinkSync(join(folder, 'notes.sqlite'), join(folder, ours('2')))
  mkdirSync(join(folder, ours('3')))
  new SqliteCache({ folder, task: 'app-0' }).close()
  assert.deepEqual(
    readdirSync(folder).toSorted(),
    ['notes.sqlite', 'headcount-app-0.sqlite', ours('2'), ours('3')].toSorted()
  )
})

test('a folder that cannot be one is named', () => {
  const path = join(root, 'file')
  writeFileSync(path, '')
  for (const folder of [path, join(path, 'below'), '/proc/headcount']) {
    assert.throws(
      () => new SqliteCache({ folder, task: 'app-0' }),
      error => isFailure(error, 'state-dir-failed') && error.message.includes(folder)
    )
  }
})

test('a full disk ends the cache with one clear error, and its file goes all the same', () => {
  const folder = join(root, 'full')
  const cache = new SqliteCache({ folder, task: 'app-0', bytesMax: 1_000_000 })
  const isFull = (error: unknown) => isFailure(error, 'state-dir-full')
  const fill = () => {
    for (let start = 0; start < 1_000; start++) cache.put(0, start, 'null', 0, hashes(3_000))
  }
  assert.throws(fill, isFull)
  assert.throws(() => cache.get(0, 0, 'null', 0), isFull)
  assert.throws(() => cache.commit(), isFull)
  assert.throws(() => [...cache.rows()], isFull)
  cache.close()
  assert.deepEqual(readdirSync(folder), [])
  assert.throws(() => new SqliteCache({ folder, task: 'app-0', bytesMax: 16_384 }), isFull)
  assert.deepEqual(readdirSync(folder), [])
})

test('a window that slides over many rows leaves the file as large as it was', () => {
  const folder = join(root, 'sliding')
  const cache = new SqliteCache({ folder, task: 'app-0' })
  const path = join(folder, readdirSync(folder)[0]!)
  const slide = (from: number, to: number) => {
    for (let start = from; start < to; start++) {
      for (const group of ['["CH"]', '["DE"]', '["FR"]']) {
        cache.put(0, start, group, -1, hashes(40))
        cache.put(0, start, group, 0, hashes(1_400 + ((start * 7) % 300)))
        // One that stays among sixty that go.
        if (start % 60 === 0) cache.put(1, start, group, 0, registers(12_304))
      }
      for (const old of cache.before(0, start - 300, 100)) {
        cache.delete(0, old.start, old.group, old.part)
      }
      for (const old of cache.before(1, start - 900, 100)) {
        cache.delete(1, old.start, old.group, old.part)
      }
      if (start % 10 === 0) cache.commit()
    }
    cache.commit()
    return statSync(path).size
  }
  const early = slide(0, 1_500)
  const late = slide(1_500, 4_500)
  assert.ok(late <= early * 1.05, `${early} bytes became ${late}`)
  assert.ok(cache.bytes <= late)
  cache.close()
})

test('registers take less room than they have bytes, what doesn’t shrink no more than it has', () => {
  const size = (value: Uint8Array) => {
    const cache = new SqliteCache({ task: 'app-0' })
    for (let start = 0; start < 100; start++) cache.put(0, start, 'null', 0, value)
    cache.commit()
    const { bytes } = cache
    cache.close()
    return bytes / 100
  }
  assert.ok(size(registers(12_304)) < 8_000)
  assert.ok(size(registers(200_000)) < 130_000)
  assert.ok(size(hashes(12_304)) < 15_000)
})
