import { utf8 } from '../../core/bytes.ts'
import { HASH_SEED, murmur3x64128 } from '../../core/murmur3.ts'
import { COUNTED, Columns } from '../../extract/columns.ts'
import { parseFieldPath } from '../../extract/field-path.ts'
import { type CountSettings, keyFields } from '../../runtime/settings.ts'
import { createHashKernel } from '../../sketch/index.ts'
import type { Extracted } from './extraction.ts'
import type { Pass } from './rounds.ts'
import type { Stopwatch } from './stopwatch.ts'

const KEYS_MAX = 4_096
const FRAMES_MAX = 16_384

/** The first keys of the sample, to be hashed by themselves. */
export interface KeySample {
  readonly count: number
  /** Hashes all of them once and notes `hash`. */
  readonly pass: Pass
}

/**
 * Keys as the extractor hashed them, read again from their frames: only those count whose hash is the one in
 * the columns. Undefined where there are none, such as keys of records or of another type than text.
 */
export function keySample(
  extracted: readonly Extracted[],
  { fields }: CountSettings,
  cpu: Stopwatch
): KeySample | undefined {
  const names = keyFields(fields)
  if (names.some(name => name.startsWith('@'))) return undefined
  const read = keyReader(names)
  const kernel = createHashKernel()
  const { bytes, offsets } = kernel.keys
  const hash = new Uint32Array(4)
  let count = 0
  for (const { columns, row, frame } of countedFrames(extracted)) {
    const key = read(frame)
    const start = offsets[count]!
    if (key === undefined || start + key.length > bytes.length) continue
    murmur3x64128(key, 0, key.length, HASH_SEED, hash)
    if (hash[0] !== columns.h1lo[row] || hash[3] !== columns.h2hi[row]) continue
    bytes.set(key, start)
    offsets[++count] = start + key.length
    if (count === KEYS_MAX) break
  }
  if (count === 0) return undefined
  const hashes = new Columns(count)
  const pass: Pass = note => {
    const started = cpu()
    kernel.hashKeys(kernel.keys, count, hashes)
    note('hash', cpu() - started)
  }
  return { count, pass }
}

function* countedFrames(
  extracted: readonly Extracted[]
): Iterable<{ columns: Columns; row: number; frame: Uint8Array }> {
  let frames = 0
  for (const { columns, bytes } of extracted) {
    for (let row = 0; row < columns.count; row++) {
      if (columns.verdict[row] !== COUNTED) continue
      if (++frames > FRAMES_MAX) return
      yield { columns, row, frame: bytes.subarray(columns.start[row], columns.end[row]) }
    }
  }
}

/** The bytes that are hashed of a usual frame: a text, or the array of several (docs/formats/groups.md). */
function keyReader(names: readonly string[]): (frame: Uint8Array) => Uint8Array | undefined {
  const paths = names.map(parseFieldPath)
  const decoder = new TextDecoder()
  return frame => {
    try {
      const document = JSON.parse(decoder.decode(frame))
      const texts = paths.map(({ name, below }) => {
        const value = document[name]
        return String(below === undefined ? value : value[below])
      })
      return utf8(texts.length === 1 ? texts[0]! : JSON.stringify(texts))
    } catch {
      return undefined
    }
  }
}
