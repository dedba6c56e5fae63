import { Buffer } from 'node:buffer'
import type { Readable } from 'node:stream'
import { limits } from '../../core/limits.ts'
import { inputName } from '../../host/input.ts'
import { InputSequence } from '../../host/input-sequence.ts'
import type { Clock } from '../../port/clock.ts'
import { FrameGenerator } from '../../testing/frame-generator.ts'
import type { LineSample } from './sample.ts'
import type { Stopwatch } from './stopwatch.ts'

const NEWLINE = 0x0a
const FIRST_BYTES = 1_048_576

export interface ReadingParts {
  readonly bytesMax: number
  readonly clock: Clock
  readonly stopwatch: Stopwatch
  readonly signal: AbortSignal
  /** Bytes read so far. */
  readonly onRead: (bytes: number) => void
}

/**
 * The first whole lines of files or of a pipe, unpacked: as many as `bytesMax` has room for, or one longer
 * line. A pipe that is silent for too long ends the sample. Files are read twice: once for the sample, once
 * more to measure reading alone. @throws input-…, and why the signal aborts
 */
export async function readLines(
  paths: readonly string[],
  stdin: Readable,
  parts: ReadingParts
): Promise<LineSample> {
  const { bytesMax, onRead } = parts
  const [first = '-', ...others] = paths.map(inputName)
  const name = others.length > 0 ? `${first} and ${others.length} more` : first
  let bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)
  let size = 0
  // A line that is longer than any frame may be is judged by its beginning.
  const most = bytesMax + limits.frameBytesMax
  const reading = new InputSequence(paths, stdin)
  const isFile = (await reading.check()) > 0
  const found = await readPieces(reading, parts, piece => {
    bytes = withRoom(bytes, size + piece.length)
    size += piece.copy(bytes, size)
    onRead(size)
    return size < most && !(size >= bytesMax && bytes.subarray(0, size).includes(NEWLINE))
  })
  let { microseconds } = found
  if (isFile) {
    let again = 0
    const pieces = await readPieces(new InputSequence(paths, stdin), parts, piece => {
      again += piece.length
      return again < size
    })
    microseconds = pieces.microseconds
  }
  const what = `reading and unpacking, once${isFile ? ' more' : ''}`
  const whole = bytes.subarray(0, found.ended ? size : lastLineEnd(bytes, size))
  return {
    kind: 'lines',
    name,
    bytes: firstLines(whole),
    reception: { bytes: size, microseconds, what }
  }
}

/**
 * Reads as a count does, again and again into the same memory, until `take` has had enough. Microseconds of the
 * process without what `take` does.
 */
async function readPieces(
  sequence: InputSequence,
  parts: ReadingParts,
  take: (piece: Buffer) => boolean
): Promise<{ readonly microseconds: number; readonly ended: boolean }> {
  const { stopwatch } = parts
  const end = deadline(parts)
  const piece = Buffer.allocUnsafeSlow(limits.readBytes)
  let microseconds = 0
  try {
    for (;;) {
      const started = stopwatch()
      const count = await Promise.race([sequence.read(piece, 0), end.passed])
      microseconds += stopwatch() - started
      if (!count) return { microseconds, ended: count === 0 }
      if (!take(piece.subarray(0, count))) return { microseconds, ended: false }
    }
  } finally {
    end.clear()
    await sequence.close()
  }
}

/** Challenge-like frames from a seed: the same on every machine. */
export function generateLines(bytesMax: number): LineSample {
  const generator = new FrameGenerator({
    frames: limits.sampleFramesMax,
    shape: 'challenge',
    users: 50_000
  })
  const bytes = Buffer.allocUnsafeSlow(bytesMax)
  let size = 0
  for (const chunk of generator) {
    const taken = chunk.subarray(0, bytesMax - size)
    bytes.set(taken, size)
    size += taken.length
    if (size === bytesMax) break
  }
  const lines = firstLines(bytes.subarray(0, lastLineEnd(bytes, size)))
  return { kind: 'lines', name: 'generated frames', bytes: lines }
}

/** Resolves with undefined when reading has taken long enough; rejects when the signal aborts. */
function deadline({ clock, signal }: ReadingParts): {
  readonly passed: Promise<undefined>
  readonly clear: () => void
} {
  const over = new AbortController()
  const passed = clock
    .sleep(limits.sampleMsMax, AbortSignal.any([over.signal, signal]))
    .then((): undefined => {
      if (signal.aborted) throw signal.reason
    })
  // Nobody may be waiting when the signal aborts.
  passed.catch(() => undefined)
  return { passed, clear: () => over.abort() }
}

function withRoom(bytes: Buffer, size: number): Buffer {
  if (size <= bytes.length) return bytes
  const larger = Buffer.allocUnsafeSlow(Math.max(size, bytes.length * 2))
  bytes.copy(larger)
  return larger
}

/** Behind the last line that is whole; all of it where none is. */
function lastLineEnd(bytes: Buffer, size: number): number {
  return bytes.subarray(0, size).lastIndexOf(NEWLINE) + 1 || size
}

/** As many as a sample may have. */
function firstLines(bytes: Buffer): Buffer {
  let end = -1
  for (let lines = 0; lines < limits.sampleFramesMax; lines++) {
    end = bytes.indexOf(NEWLINE, end + 1)
    if (end < 0) return bytes
  }
  return bytes.subarray(0, end + 1)
}
