import assert from 'node:assert/strict'
import { test } from 'node:test'
import { text, utf8 } from '../../src/core/bytes.ts'
import { contentRecords, type StateRecord } from '../../src/merge/changelog.ts'
import { Contents } from '../../src/merge/contents.ts'
import { GroupRoster } from '../../src/merge/group-roster.ts'
import { MemoryCache } from '../../src/merge/memory-cache.ts'
import { Purge } from '../../src/merge/purge.ts'
import { Restore } from '../../src/merge/restore.ts'
import { type Content, Window } from '../../src/merge/window.ts'
import { WindowTable } from '../../src/merge/window-table.ts'
import { createSketch } from '../../src/sketch/create.ts'
import type { Sketch } from '../../src/sketch/sketch.ts'
import { WindowPlan } from '../../src/window/plan.ts'

const plan = new WindowPlan({ sizes: ['1m'] })

function addKeys(sketch: Sketch, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const mixed = Math.imul(i + 1, 0x9e3779b1)
    sketch.add(mixed >>> 0, Math.imul(mixed ^ i, 0x85ebca6b) >>> 0, ~mixed >>> 0, 0x40000000 | i)
  }
}

/** What a compacted topic holds after these records. */
class Changelog {
  private readonly values = new Map<string, Uint8Array>()

  write(records: readonly StateRecord[]): void {
    for (const { key, value } of records) {
      if (value) this.values.set(text(key), value)
      else this.values.delete(text(key))
    }
  }

  get size(): number {
    return this.values.size
  }

  copy(): Changelog {
    const copy = new Changelog()
    for (const [key, value] of this.values) copy.values.set(key, value)
    return copy
  }

  restored(): Content {
    const cache = new MemoryCache()
    const table = new WindowTable(plan, cache)
    const contents = new Contents(table, cache, 'exact', 14)
    const roster = new GroupRoster(1, 0)
    const purge = new Purge({ table, contents, cache, roster, maxStateBytes: 1e9 })
    const restore = new Restore({ table, cache, roster, purge })
    for (const [key, value] of this.values) restore.take(utf8(key), value)
    restore.finish()
    return contents.of(table.find(plan.levels[0]!, 0, 'null')!)
  }
}

function emptyWindow() {
  const content: Content = { sketch: createSketch('exact', 14), frames: 0, late: 0 }
  return { window: new Window(plan.levels[0]!, 0, 'null'), content, changelog: new Changelog() }
}

test('a set that outgrows one record is stored in chunks and comes back whole', () => {
  const { window, content, changelog } = emptyWindow()
  const { sketch } = content
  for (const keys of [10, 40_000, 100_000]) {
    addKeys(sketch, 0, keys)
    content.frames = keys * 2
    changelog.write(contentRecords(window, content))
    const restored = changelog.restored()
    assert.equal(restored.frames, keys * 2)
    assert.deepEqual(restored.sketch.serialize(), sketch.serialize())
  }
  assert.ok(changelog.size > 1)
})

test('only changed chunks are written again, and always the one with the counters', () => {
  const { window, content, changelog } = emptyWindow()
  const { sketch } = content
  addKeys(sketch, 0, 100_000)
  changelog.write(contentRecords(window, content))
  const keys = contentRecords(window, content).map(({ key }) => text(key))
  assert.deepEqual(keys, ['w|1m|0|0|null'])
  addKeys(sketch, 100_000, 100_001)
  assert.ok(contentRecords(window, content).length <= 2)
})

test('a crash in the middle of growing chunks loses no key that was stored before', () => {
  const { window, content, changelog } = emptyWindow()
  const { sketch } = content
  addKeys(sketch, 0, 29_000)
  changelog.write(contentRecords(window, content))
  const before = createSketch('exact', 14)
  addKeys(before, 0, 29_000)
  addKeys(sketch, 29_000, 70_000)
  const records = contentRecords(window, content)
  assert.ok(records.length > 2)
  for (let written = 0; written < records.length; written++) {
    const crashed = changelog.copy()
    crashed.write(records.slice(0, written))
    const { sketch: found } = crashed.restored()
    const entries = found.entries
    addKeys(found, 0, 29_000)
    assert.equal(found.entries, entries, `${written} of ${records.length} records were written`)
  }
})
