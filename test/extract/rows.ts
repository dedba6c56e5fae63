import { HASH_SEED, murmur3x64128 } from '../../src/core/murmur3.ts'
import { type Columns, type Verdict, verdicts } from '../../src/extract/columns.ts'
import type { ExtractOptions, Extractor, ExtractorBounds } from '../../src/extract/extractor.ts'

export type Create = (options: ExtractOptions, bounds?: Partial<ExtractorBounds>) => Extractor

/** A row of columns as tests compare it: without what depends on where a chunk was cut. */
export interface Row {
  readonly verdict: Verdict
  readonly offset: number
  readonly recordTime: number
  readonly time?: number
  readonly hash?: string
  readonly frame: string
}

export const options = { key: 'uid', time: 'ts' }
const bytesOf = (text: string | Uint8Array) => (typeof text === 'string' ? Buffer.from(text) : text)

export function rowsOf(columns: Columns, bytes: Uint8Array): Row[] {
  const rows: Row[] = []
  for (let i = 0; i < columns.count; i++) {
    const verdict = verdicts[columns.verdict[i]!]!
    const counted = {
      time: columns.time[i]!,
      hash: [columns.h1lo, columns.h1hi, columns.h2lo, columns.h2hi].map(h => h[i]).join()
    }
    rows.push({
      verdict,
      offset: columns.offset[i]!,
      recordTime: columns.recordTime[i]!,
      ...(verdict === 'counted' ? counted : {}),
      frame: Buffer.from(bytes.subarray(columns.start[i], columns.end[i])).toString('latin1')
    })
  }
  return rows
}

/**
 * Reads lines as a source hands them over: cut at `cuts`, each piece in a buffer of its own with the
 * unfinished tail of the one before, at a position that isn't 0, with bytes behind it that are not ours.
 */
export function readLines(
  extractor: Extractor,
  input: string | Uint8Array,
  cuts: readonly number[] = []
): Row[] {
  const bytes = bytesOf(input)
  const rows: Row[] = []
  let tail = new Uint8Array(0)
  const ends = [...cuts.filter(cut => cut < bytes.length).sort((a, b) => a - b), bytes.length]
  ends.forEach((to, i) => {
    const piece = bytes.subarray(i === 0 ? 0 : ends[i - 1], to)
    const last = i === ends.length - 1
    const chunk = Buffer.concat([Buffer.from('"\n{'), tail, piece, Buffer.from('"}\n')])
    const end = chunk.length - 3
    let at = 3
    while (at < end) {
      const next = extractor.lines(chunk, at, end, last)
      rows.push(...rowsOf(extractor.columns, chunk))
      if (next === at) break
      at = next
    }
    tail = chunk.subarray(at, end)
  })
  return rows
}

/** The one row of one frame. */
export function readFrame(extractor: Extractor, frame: string | Uint8Array): Row {
  const rows = readLines(extractor, frame)
  if (rows.length !== 1) throw new Error(`${rows.length} rows of one frame`)
  return rows[0]!
}

/** The hash of a key, as rows show it. */
export function hashOf(key: string | Uint8Array): string {
  const bytes = bytesOf(key)
  const out = new Uint32Array(4)
  murmur3x64128(bytes, 0, bytes.length, HASH_SEED, out)
  return out.join()
}
