import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32c } from '@node-rs/crc32'
import { createExtractor } from '../../src/extract/create.ts'
import type { Extractor, ExtractorKind } from '../../src/extract/extractor.ts'
import { CHUNK_BYTES, type CheckedRecords, type ExtractInput } from '../extract-input.ts'
import { findProgram } from '../interop/programs.ts'
import { checkMinutes, MinuteCounts } from '../minute-counts.ts'

/** One way from bytes to a count of the users of each minute. */
export interface Extraction {
  readonly name: string
  /** One pass over all chunks, its answer proved if asked for; milliseconds of each chunk. */
  readonly run: (prove: boolean) => readonly number[]
}

/** `checked` are records whose CRC is compared first, batch by batch, with the module of the fetch plane. */
export type Framing = 'lines' | 'records' | 'checked'

const ROOM = 4 * CHUNK_BYTES
/** A short lap for what is slow, so that the best ones are undisturbed. */
const IDIOMATIC_BYTES = CHUNK_BYTES / 8

/** `in place`: a source has read the chunk into the kernel's own memory, so nothing is copied again. */
export function extractorOf(
  kind: ExtractorKind,
  framing: Framing,
  input: ExtractInput,
  inPlace = false
): Extraction {
  const bounds = inPlace ? { inputBytes: ROOM } : {}
  const extractor = createExtractor({ key: 'uid', time: 'ts' }, bounds, kind)
  assert.equal(extractor.kind, kind)
  const chunk = inPlace ? extractor.input! : new Uint8Array(ROOM)
  const batches = input.chunks.map(({ bytes, batches: of }) => ({
    bytes,
    batches: of.map(batch => ({ ...batch, bytes: chunk }))
  }))
  const run = (prove: boolean): readonly number[] => {
    const counts = new MinuteCounts(prove)
    extractor.nextLine = 0
    const laps =
      framing === 'lines'
        ? linePass(extractor, chunk, input, counts)
        : recordPass(
            extractor,
            chunk,
            batches,
            counts,
            framing === 'checked' ? checkCrc : undefined
          )
    if (prove) checkMinutes(counts.answer(), input.truth)
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
  chunks: ExtractInput['chunks'],
  counts: MinuteCounts,
  check?: (batch: CheckedRecords) => void
): readonly number[] {
  return chunks.map(({ bytes, batches }) =>
    milliseconds(() => {
      chunk.set(bytes)
      for (const batch of batches) {
        check?.(batch)
        extractor.beginRecords(batch)
        while (extractor.records()) counts.take(extractor.columns)
      }
    })
  )
}

function checkCrc({ bytes, start, end, crc }: CheckedRecords): void {
  assert.equal(crc32c(bytes.subarray(start, end)), crc)
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
  framing: Framing,
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
