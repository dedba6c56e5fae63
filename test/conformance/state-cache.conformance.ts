import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { StateCache } from '../../src/port/state-cache.ts'

interface Address {
  readonly level: number
  readonly start: number
  readonly group: string
  readonly part: number
}

type Step =
  | { readonly kind: 'put'; readonly at: Address; readonly value: Uint8Array }
  | { readonly kind: 'delete' | 'get'; readonly at: Address }
  | { readonly kind: 'before'; readonly at: Address; readonly max: number }
  | { readonly kind: 'rows' | 'commit' }

type Entry = Address & { readonly value: Uint8Array }

/** UTF-16 and UTF-8 order the last two differently; quotes are nothing special. */
const GROUPS = ['', 'null', '["CH"]', '["a\'b"]', 'a\u0001b', 'ä', '\ufffd', '😀']

const address: fc.Arbitrary<Address> = fc.record({
  level: fc.integer({ min: 0, max: 2 }),
  start: fc.oneof(
    fc.integer({ min: -3, max: 6 }).map(minutes => minutes * 60_000),
    fc.constantFrom(-(2 ** 47), 2 ** 47)
  ),
  group: fc.constantFrom(...GROUPS),
  part: fc.integer({ min: -2, max: 3 })
})

/** Small values, and such as shrink or don't, on both sides of every threshold. */
const content: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  fc
    .tuple(fc.constantFrom(4_095, 4_096, 12_304, 70_000), fc.nat({ max: 255 }), fc.boolean())
    .map(([length, seed, even]) =>
      Uint8Array.from({ length }, (_, at) =>
        even ? seed : Math.imul(at ^ seed, 0x9e3779b1) >>> 24
      )
    )
)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put'), at: address, value: content }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('delete', 'get'), at: address }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('before'), at: address, max: fc.nat({ max: 8 }) })
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('rows', 'commit') }) }
)

/** The whole truth: entries in a list. */
class Model {
  entries: Entry[] = []

  put(at: Address, value: Uint8Array): void {
    this.delete(at)
    this.entries.push({ ...at, value: Uint8Array.from(value) })
  }

  delete(at: Address): void {
    this.entries = this.entries.filter(entry => compare(entry, at) !== 0)
  }

  get(at: Address): Uint8Array | undefined {
    return this.entries.find(entry => compare(entry, at) === 0)?.value
  }

  sorted(): Entry[] {
    return this.entries.toSorted(compare)
  }
}

function compare(left: Address, right: Address): number {
  return (
    left.level - right.level ||
    left.start - right.start ||
    Buffer.compare(Buffer.from(left.group), Buffer.from(right.group)) ||
    left.part - right.part
  )
}

function run(cache: StateCache, model: Model, each: Step): void {
  switch (each.kind) {
    case 'put': {
      const { level, start, group, part } = each.at
      const given = Uint8Array.from(each.value)
      cache.put(level, start, group, part, given)
      given.fill(0xee)
      model.put(each.at, each.value)
      return
    }
    case 'get': {
      const { level, start, group, part } = each.at
      const got = cache.get(level, start, group, part)
      assert.deepEqual(got, model.get(each.at))
      got?.fill(0xdd)
      return
    }
    case 'delete': {
      const { level, start, group, part } = each.at
      cache.delete(level, start, group, part)
      model.delete(each.at)
      return
    }
    case 'before': {
      const { level, start } = each.at
      const due = model.sorted().filter(entry => entry.level === level && entry.start < start)
      assert.deepEqual(
        cache.before(level, start, each.max),
        due.slice(0, each.max).map(entry => ({
          start: entry.start,
          group: entry.group,
          part: entry.part
        }))
      )
      return
    }
    case 'rows':
      assert.deepEqual([...cache.rows()], model.sorted())
      return
    default:
      cache.commit()
  }
}

/** What every `StateCache` promises; `open` gives an empty one. */
export function stateCacheConformance(name: string, open: () => StateCache, runs: number): void {
  test(`${name}: does what a list of entries does, after any steps`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), steps => {
        const cache = open()
        try {
          const model = new Model()
          for (const each of steps) run(cache, model, each)
          run(cache, model, { kind: 'rows' })
          for (const at of model.entries) run(cache, model, { kind: 'get', at })
        } finally {
          cache.close()
        }
      }),
      { numRuns: runs }
    )
  })

  test(`${name}: groups are ordered by code points, and text is text`, () => {
    const cache = open()
    for (const group of GROUPS.toReversed()) cache.put(0, 5, group, -1, Uint8Array.of(1))
    const ordered = GROUPS.toSorted((left, right) =>
      Buffer.compare(Buffer.from(left), Buffer.from(right))
    )
    assert.notDeepEqual(ordered, GROUPS.toSorted())
    assert.deepEqual(
      Array.from(cache.rows(), row => row.group),
      ordered
    )
    assert.deepEqual(
      cache.before(0, 6, 100).map(row => row.group),
      ordered
    )
    cache.close()
  })

  test(`${name}: any time is before infinity, and none before minus infinity`, () => {
    const cache = open()
    cache.put(1, -(2 ** 47), 'null', -1, new Uint8Array(3))
    cache.put(1, 2 ** 47, 'null', -2, new Uint8Array(3))
    assert.equal(cache.before(1, Infinity, 10).length, 2)
    assert.deepEqual(cache.before(1, -Infinity, 10), [])
    assert.deepEqual(cache.before(0, Infinity, 10), [])
    cache.close()
  })

  test(`${name}: a purge in portions meets every row once, and the rest stays`, () => {
    const cache = open()
    const names = Array.from({ length: 50 }, (_, index) => `["${index}"]`).toSorted()
    for (let minute = 9; minute >= 0; minute--) {
      for (const group of names) cache.put(0, minute, group, 0, Uint8Array.of(minute))
    }
    const met: string[] = []
    for (;;) {
      const due = cache.before(0, 7, 33)
      if (due.length === 0) break
      for (const { start, group, part } of due) {
        met.push(`${start} ${group}`)
        cache.delete(0, start, group, part)
      }
      cache.commit()
    }
    assert.deepEqual(
      met,
      [0, 1, 2, 3, 4, 5, 6].flatMap(minute => names.map(group => `${minute} ${group}`))
    )
    assert.equal([...cache.rows()].length, 150)
    cache.close()
  })

  test(`${name}: rows go on while those read so far are deleted, over many of them`, () => {
    const cache = open()
    for (let index = 0; index < 1_000; index++) {
      cache.put(index % 3, index, 'null', index % 2, Uint8Array.of(index % 256))
    }
    let met = 0
    for (const { level, start, group, part, value } of cache.rows()) {
      assert.deepEqual([level, part, value[0]], [start % 3, start % 2, start % 256])
      cache.delete(level, start, group, part)
      met++
    }
    assert.equal(met, 1_000)
    assert.deepEqual([...cache.rows()], [])
    cache.close()
  })

  test(`${name}: its bytes are at least those of its values, and go with them`, () => {
    const cache = open()
    const value = Uint8Array.from({ length: 3_000 }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 24)
    for (let start = 0; start < 1_000; start++) cache.put(0, start, 'null', 0, value)
    cache.commit()
    const full = cache.bytes
    assert.ok(full >= 3_000_000 && full <= 4_500_000, `${full} bytes`)
    for (let start = 0; start < 950; start++) cache.delete(0, start, 'null', 0)
    cache.commit()
    assert.ok(cache.bytes < full / 4, `${cache.bytes} of ${full} bytes`)
    cache.close()
  })
}
