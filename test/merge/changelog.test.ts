import assert from 'node:assert/strict'
import { test } from 'node:test'
import { text } from '../../src/core/bytes.ts'
import { contentRecords, type StateRecord, WindowRestore } from '../../src/merge/changelog.ts'
import { RollUp } from '../../src/merge/roll-up.ts'
import { decodeKey } from '../../src/merge/state-record.ts'
import { WindowTable } from '../../src/merge/window-table.ts'
import { createSketch } from '../../src/sketch/create.ts'
import type { Sketch } from '../../src/sketch/sketch.ts'
import { WindowPlan } from '../../src/window/plan.ts'
import { parseSizes } from '../../src/window/size.ts'

const plan = new WindowPlan(parseSizes(['1m']))

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

  restored(): { sketch: Sketch; frames: number } {
    const table = new WindowTable(plan)
    const restore = new WindowRestore(table)
    for (const [keyText, value] of this.values) {
      const key = decodeKey(new TextEncoder().encode(keyText))
      assert.equal(key.type, 'content')
      if (key.type === 'content') restore.take(key, value)
    }
    restore.finish()
    const window = table.at(plan.levels[0]!, 0, 'null')
    return { sketch: new RollUp(table, 'exact', 14).content(window), frames: window.frames }
  }
}

function emptyWindow() {
  const window = new WindowTable(plan).at(plan.levels[0]!, 0, 'null')
  return { window, sketch: createSketch('exact', 14), changelog: new Changelog() }
}

test('a set that outgrows one record is stored in chunks and comes back whole', () => {
  const { window, sketch, changelog } = emptyWindow()
  for (const keys of [10, 40_000, 100_000]) {
    addKeys(sketch, 0, keys)
    window.frames = keys * 2
    changelog.write(contentRecords(window, sketch))
    const restored = changelog.restored()
    assert.equal(restored.frames, keys * 2)
    assert.deepEqual(restored.sketch.serialize(), sketch.serialize())
  }
  assert.ok(changelog.size > 1)
})

test('only changed chunks are written again, and always the one with the counters', () => {
  const { window, sketch, changelog } = emptyWindow()
  addKeys(sketch, 0, 100_000)
  changelog.write(contentRecords(window, sketch))
  const keys = contentRecords(window, sketch).map(({ key }) => text(key))
  assert.deepEqual(keys, ['w|1m|0|0|null'])
  addKeys(sketch, 100_000, 100_001)
  assert.ok(contentRecords(window, sketch).length <= 2)
})

test('a crash in the middle of growing chunks loses no key that was stored before', () => {
  const { window, sketch, changelog } = emptyWindow()
  addKeys(sketch, 0, 29_000)
  changelog.write(contentRecords(window, sketch))
  const before = createSketch('exact', 14)
  addKeys(before, 0, 29_000)
  addKeys(sketch, 29_000, 70_000)
  const records = contentRecords(window, sketch)
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
