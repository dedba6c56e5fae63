import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COUNTED, type Columns } from '../../src/extract/columns.ts'
import { createExtractor } from '../../src/extract/create.ts'
import type { Extractor, ExtractorKind, Records } from '../../src/extract/extractor.ts'
import { createSketch, type Sketch } from '../../src/sketch/index.ts'
import { CHUNK_BYTES, type ExtractInput } from '../extract-input.ts'
import { findProgram } from '../interop/programs.ts'

/** One way from bytes to a count of the users of each minute. */
export interface Extraction {
  readonly name: string
  /** One pass over all chunks, its answer proved if asked for; milliseconds of each chunk. */
  readonly run: (prove: boolean) => readonly number[]
}

const ROOM = 4 * CHUNK_BYTES
const MINUTE_MS = 60_000
/** A short lap for what is slow, so that the best ones are undisturbed. */
const IDIOMATIC_BYTES = CHUNK_BYTES / 8

/** Counts columns: a sketch a minute, and the sum over times and keys that proves all of them. */
class MinuteCounts {
  private frames = 0
  private readonly sketches = new Map<number, Sketch>()
  private low = 0
  private high = 0
  private readonly isProved: boolean

  constructor(isProved: boolean) {
    this.isProved = isProved
  }

  take(columns: Columns): void {
    const { count, time } = columns
    if (this.isProved) this.prove(columns)
    this.frames += count
    for (let from = 0, to = 0; from < count; from = to) {
      const minute = Math.floor(time[from]! / MINUTE_MS)
      const end = (minute + 1) * MINUTE_MS
      to = from + 1
      while (to < count && time[to]! < end && time[to]! >= end - MINUTE_MS) to++
      let sketch = this.sketches.get(minute)
      if (sketch === undefined) {
        sketch = createSketch('hll', 14)
        this.sketches.set(minute, sketch)
      }
      sketch.addColumns(columns, from, to)
    }
  }

  /** Adds up what proves the columns; passes that do so are not timed. */
  private prove({ count, verdict, time, h1lo, h1hi, h2lo, h2hi }: Columns): void {
    for (let row = 0; row < count; row++) {
      assert.equal(verdict[row], COUNTED)
      this.low += (h1lo[row]! ^ h2lo[row]! ^ (time[row]! / 1_000)) >>> 0
      this.high = (this.high + ((h1hi[row]! ^ h2hi[row]!) >>> 0)) % 2 ** 32
      const carried = this.low >= 2 ** 32 ? 1 : 0
      this.low %= 2 ** 32
      this.high = (this.high + carried) % 2 ** 32
    }
  }

  check({ frames, checksum, minutes }: ExtractInput['truth']): void {
    assert.equal(this.frames, frames)
    assert.equal((BigInt(this.high) << 32n) | BigInt(this.low), checksum)
    assert.deepEqual(new Set(this.sketches.keys()), new Set(minutes.keys()))
    for (const [minute, sketch] of this.sketches) {
      const users = minutes.get(minute)!.size
      assert.ok(Math.abs(sketch.estimate(0.997).value / users - 1) < 0.05, `minute ${minute}`)
    }
  }
}

/** `in place`: a source has read the chunk into the kernel's own memory, so nothing is copied again. */
export function extractorOf(
  kind: ExtractorKind,
  framing: 'lines' | 'records',
  input: ExtractInput,
  inPlace = false
): Extraction {
  const bounds = inPlace ? { inputBytes: ROOM } : {}
  const extractor = createExtractor({ key: 'uid', time: 'ts' }, bounds, kind)
  assert.equal(extractor.kind, kind)
  const chunk = inPlace ? extractor.input! : new Uint8Array(ROOM)
  const batches = input.chunks.map(of => of.batches.map(batch => ({ ...batch, bytes: chunk })))
  const run = (prove: boolean): readonly number[] => {
    const counts = new MinuteCounts(prove)
    extractor.nextLine = 0
    const laps =
      framing === 'lines'
        ? linePass(extractor, chunk, input, counts)
        : recordPass(extractor, chunk, input, batches, counts)
    if (prove) counts.check(input.truth)
    return laps
  }
  const place = kind === 'plain' ? '' : inPlace ? ', in its own memory' : ', copied in'
  return { name: `${kind === 'wasm' ? 'kernel' : 'plain twin'}${place}`, run }
}

function milliseconds(work: () => void): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

function linePass(
  extractor: Extractor,
  chunk: Uint8Array,
  { lines }: ExtractInput,
  counts: MinuteCounts
): readonly number[] {
  const laps: number[] = []
  let held = 0
  for (let from = 0; from < lines.length; from += CHUNK_BYTES) {
    const piece = lines.subarray(from, from + CHUNK_BYTES)
    const end = held + piece.length
    const lap = milliseconds(() => {
      chunk.set(piece, held)
      const next = extractor.lines(chunk, 0, end, false)
      counts.take(extractor.columns)
      chunk.copyWithin(0, next, end)
      held = end - next
    })
    assert.ok(held < CHUNK_BYTES, 'one call takes a chunk')
    laps.push(lap)
  }
  return laps
}

function recordPass(
  extractor: Extractor,
  chunk: Uint8Array,
  { chunks }: ExtractInput,
  batches: readonly (readonly Records[])[],
  counts: MinuteCounts
): readonly number[] {
  return chunks.map(({ bytes }, index) =>
    milliseconds(() => {
      chunk.set(bytes)
      for (const batch of batches[index]!) {
        extractor.beginRecords(batch)
        while (extractor.records()) counts.take(extractor.columns)
      }
    })
  )
}

/** The loop everybody writes first, without what reading a file or a socket costs. */
export function idiomatic({ lines, truth }: ExtractInput): Extraction {
  const run = (prove: boolean): readonly number[] => {
    const minutes = new Map<number, Set<string>>()
    const laps: number[] = []
    let frames = 0
    const count = (line: string): void => {
      const { ts, uid } = JSON.parse(line) as { ts: number; uid: string }
      const minute = Math.floor(ts / 60)
      let users = minutes.get(minute)
      if (users === undefined) {
        users = new Set()
        minutes.set(minute, users)
      }
      users.add(uid)
      frames++
    }
    for (let from = 0, to = 0; from < lines.length; from = to) {
      const start = from
      to = lines.lastIndexOf('\n', start + IDIOMATIC_BYTES) + 1
      const text = (): string => lines.toString('utf8', start, to - 1)
      laps.push(milliseconds(() => text().split('\n').forEach(count)))
    }
    if (!prove) return laps
    assert.equal(frames, truth.frames)
    assert.deepEqual(minutes, truth.minutes)
    return laps
  }
  return { name: 'JSON.parse, Map of Sets', run }
}

/** The C program of ours; undefined where there is no compiler, or no AVX2. */
export function buildC(): { program: string; remove: () => void } | undefined {
  const compiler = findProgram('cc')
  if (compiler === undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'headcount-c-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const source = fileURLToPath(new URL('../peers/c/extract.c', import.meta.url))
  const program = join(folder, 'extract')
  try {
    const args = ['-O3', '-mavx2', '-mpclmul', '-mbmi', '-mbmi2', '-mlzcnt', '-mpopcnt']
    execFileSync(compiler, [...args, '-o', program, source], { stdio: 'pipe' })
    execFileSync(program, ['lines', '/dev/null', '1'], { stdio: 'pipe' })
    return { program, remove }
  } catch {
    remove()
    return undefined
  }
}

/** A whole run of the program; it finds the best passes of each chunk itself. */
export function runC(
  program: string,
  framing: 'lines' | 'records',
  input: ExtractInput,
  passes: number
): number {
  const file = input.files[framing === 'lines' ? 0 : 1]
  const answer = JSON.parse(execFileSync(program, [framing, file, String(passes)]).toString())
  const { frames, checksum } = input.truth
  assert.deepEqual(
    [answer.frames, answer.odd, answer.checksum],
    [frames, 0, String(checksum)],
    'the C program'
  )
  return answer.ns / frames
}
