import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isFailure } from '../../../src/core/errors.ts'
import { COUNTED } from '../../../src/extract/columns.ts'
import { createExtractor } from '../../../src/extract/create.ts'
import type { ExtractOptions } from '../../../src/extract/extractor.ts'
import { GatheredGroups } from '../../../src/runtime/lines/gathered-groups.ts'
import type { LineBounds } from '../../../src/runtime/lines/line-bounds.ts'
import { LineCrew } from '../../../src/runtime/lines/line-crew.ts'
import { type Row, rowsOf } from '../../extract/rows.ts'
import { drawnWorkers, type MemoryInput, MemoryPieces } from './line-crew-fixture.ts'

/** More for a long run: HEADCOUNT_RUNS=20000. */
const RUNS = Number(process.env.HEADCOUNT_RUNS ?? 60)

const fields: ExtractOptions = { key: 'uid', time: 'ts', by: ['country'] }

interface Found {
  readonly rows: (Row & { readonly group: string })[]
  lines: number
}

/** Everything that one extractor finds in the inputs, read whole and one after the other. */
function expected(inputs: readonly MemoryInput[], { frameBytes }: LineBounds): Found {
  const extractor = createExtractor(fields, { frameBytes })
  const found: Found = { rows: [], lines: 0 }
  for (const { bytes, failsAt } of inputs) {
    const end = failsAt ?? bytes.length
    let at = 0
    while (at < end) {
      const next = extractor.lines(bytes, at, end, failsAt === undefined)
      const { columns, groups } = extractor
      const rows = rowsOf(columns, bytes)
      found.rows.push(
        ...rows.map((row, i) => ({
          ...row,
          group: columns.verdict[i] === COUNTED ? groups.text(columns.group[i]!) : ''
        }))
      )
      if (next === at) break
      at = next
    }
    found.lines = extractor.nextLine
    if (failsAt !== undefined) break
  }
  return found
}

interface Crew {
  readonly threads: number
  readonly seed: number
  /** Groups are forgotten after so many polls, as by a flush. */
  readonly flushEvery: number
}

async function foundBy(
  inputs: readonly MemoryInput[],
  bounds: LineBounds,
  { threads, seed, flushEvery }: Crew
): Promise<Found & { readonly pieces: MemoryPieces; readonly error: unknown }> {
  const pieces = new MemoryPieces(inputs, bounds)
  const groups = new GatheredGroups()
  const found: Found = { rows: [], lines: 0 }
  const crew = new LineCrew({
    pieces,
    threads,
    start: drawnWorkers(fields, bounds, pieces.readAt, seed),
    groups,
    bounds,
    onRows: (columns, bytes, nextLine) => {
      const rows = rowsOf(columns, bytes)
      found.rows.push(
        ...rows.map((row, i) => ({
          ...row,
          group: columns.verdict[i] === COUNTED ? groups.text(columns.group[i]!) : ''
        }))
      )
      found.lines = nextLine
    }
  })
  let error: unknown
  await crew.open()
  try {
    const taker = { lines: () => 0, nextLine: () => 0, records() {}, progress() {} }
    for (let polls = 1; await crew.poll(taker, 1_000); polls++) {
      if (polls % flushEvery === 0) groups.clear()
    }
  } catch (thrown) {
    error = thrown
  } finally {
    await crew.close()
  }
  return { ...found, pieces, error }
}

const line = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.nat(9), fc.nat(3), fc.nat(12))
      .map(
        ([ts, user, country]) => `{"ts":146824440${ts},"uid":"u${user}","country":"c${country}"}`
      )
  },
  fc.constantFrom('', ' ', '\r', '\ufeff', '\ufeff{"ts":1468244400,"uid":"b"}', '{"uid":"x"', '{}'),
  fc.constantFrom('{"ts":1468244400,"uid":"é","country":"\\u00e9"}', '{"ts":1468244400}', 'x'),
  fc.integer({ min: 1, max: 300 }).map(length => 'y'.repeat(length)),
  fc
    .integer({ min: 1, max: 90 })
    .map(pad => `{"ts":1468244401,"uid":"p","pad":"${'z'.repeat(pad)}"}`)
)

const input = fc
  .record({
    lines: fc.array(line, { maxLength: 40 }),
    end: fc.constantFrom('\n', '\r\n'),
    terminated: fc.boolean(),
    pipeBytes: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
    early: fc.nat(100)
  })
  .map(({ lines, end, terminated, pipeBytes, early }): MemoryInput => {
    const text = lines.join(end) + (terminated && lines.length > 0 ? end : '')
    const bytes = Buffer.from(text)
    const sizeAtOpen = Math.max(0, bytes.length - early)
    return { bytes, ...(pipeBytes === undefined ? { sizeAtOpen } : { pipeBytes }) }
  })

const bounds = fc
  .record({
    frameBytes: fc.integer({ min: 60, max: 120 }),
    columnFrames: fc.integer({ min: 1, max: 6 }),
    pieceBytes: fc.integer({ min: 1, max: 400 }),
    spare: fc.integer({ min: 0, max: 200 })
  })
  .map(({ spare, ...rest }): LineBounds => ({ ...rest, roomBytes: rest.pieceBytes + 1 + spare }))

const crew = fc.record({
  threads: fc.constantFrom(1, 2, 3, 7),
  seed: fc.nat(),
  flushEvery: fc.integer({ min: 1, max: 9 })
})

test('rows are those of one thread, in their order, whatever the pieces, rooms and threads', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(input, { minLength: 1, maxLength: 4 }),
      bounds,
      crew,
      async (inputs, within, how) => {
        const { rows, lines, pieces, error } = await foundBy(inputs, within, how)
        assert.equal(error, undefined)
        const one = expected(inputs, within)
        assert.deepEqual(rows, one.rows)
        if (one.rows.length > 0) assert.equal(lines, one.lines)
        // Each file is let go, once.
        const files = inputs.flatMap(({ pipeBytes }, i) => (pipeBytes === undefined ? [i] : []))
        assert.deepEqual(pieces.letGo, files)
        assert.ok(pieces.closed)
      }
    ),
    { numRuns: RUNS }
  )
})

test('an input that fails ends the rows where one thread would end them, and then says so', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(input, { minLength: 1, maxLength: 3 }),
      fc.nat(2),
      fc.nat(2_000),
      bounds,
      crew,
      async (inputs, which, at, within, how) => {
        const failing = which % inputs.length
        const broken = inputs.map((each, i): MemoryInput => {
          const { length } = each.bytes
          return i === failing ? { ...each, failsAt: Math.min(at, length) } : each
        })
        const { rows, error } = await foundBy(broken, within, how)
        assert.ok(isFailure(error, 'input-failed'), String(error))
        assert.deepEqual(rows, expected(broken, within).rows)
      }
    ),
    { numRuns: RUNS }
  )
})
