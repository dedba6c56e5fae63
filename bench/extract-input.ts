import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32c } from '../src/core/crc32c.ts'
import type { Records } from '../src/extract/extractor.ts'
import { HASH_SEED, murmur3x64128 } from '../src/sketch/index.ts'
import { frameFile, type Shape } from './data.ts'

export const CHUNK_BYTES = 256 * 1_024
const BATCH_BYTES = 16 * 1_024
const HEAD_BYTES = 12
/** A record around its value: length, attributes, two deltas, no key, the value's length, no headers. */
const RECORD_ROOM = 32

/** What every contestant must find: how many frames, and a sum over their times and keys. */
export interface ExtractTruth {
  readonly frames: number
  readonly checksum: bigint
  /** Minutes with their users and frames. */
  readonly minutes: ReadonlyMap<number, ReadonlySet<string>>
}

/** The records of a batch, and their CRC-32C. */
export type CheckedRecords = Records & { readonly crc: number }

/** Frames in memory, as lines and as batches of records, in chunks as a socket or a file hands them over. */
export interface ExtractInput {
  readonly frameBytes: number
  readonly lines: Buffer
  /** Each chunk holds whole batches. */
  readonly chunks: readonly {
    readonly bytes: Buffer
    readonly batches: readonly CheckedRecords[]
  }[]
  readonly truth: ExtractTruth
  /** The same bytes as files for programs that are not ours: lines, records. */
  readonly files: readonly [string, string]
  readonly remove: () => void
}

/**
 * Challenge-like or small frames. Those whose key is spelled with escapes, one in 200, are left out: the
 * C program reads none.
 */
export function extractInput(shape: Shape, frames: number): ExtractInput {
  const minutes = new Map<number, Set<string>>()
  const kept: string[] = []
  let checksum = 0n
  for (const line of readFileSync(frameFile(shape, frames), 'utf8').trimEnd().split('\n')) {
    const { ts, uid } = JSON.parse(line) as { ts: number; uid: string }
    if (!line.includes(`"uid":"${uid}"`) && !line.includes(`"uid" : "${uid}"`)) continue
    kept.push(line)
    const minute = Math.floor(ts / 60)
    const users = minutes.get(minute) ?? new Set()
    minutes.set(minute, users.add(uid))
    checksum = BigInt.asUintN(64, checksum + mixed(uid, ts))
  }
  const lines = Buffer.from(`${kept.join('\n')}\n`)
  const batches = batchesOf(kept)
  const folder = mkdtempSync(join(tmpdir(), 'headcount-extract-'))
  const files = [join(folder, 'lines'), join(folder, 'records')] as const
  writeFileSync(files[0], lines)
  writeFileSync(files[1], Buffer.concat(batches))
  return {
    frameBytes: lines.length / kept.length,
    lines,
    chunks: chunksOf(batches),
    truth: { frames: kept.length, checksum, minutes },
    files,
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}

const hash = new Uint32Array(4)

/** What one frame adds to the checksum: h1 ^ h2 ^ seconds. */
function mixed(uid: string, seconds: number): bigint {
  const bytes = Buffer.from(uid)
  murmur3x64128(bytes, 0, bytes.length, HASH_SEED, hash)
  const [h1lo, h1hi, h2lo, h2hi] = Array.from(hash, BigInt) as [bigint, bigint, bigint, bigint]
  return ((h1hi ^ h2hi) << 32n) ^ (h1lo ^ h2lo) ^ BigInt(seconds)
}

/** Batches of about 16 KB: the length of the records, their number, their CRC-32C, the records. */
function batchesOf(frames: readonly string[]): Buffer[] {
  const batches: Buffer[] = []
  const room = Buffer.alloc(BATCH_BYTES * 2)
  let at = HEAD_BYTES
  let count = 0
  const finish = (): void => {
    room.writeUInt32LE(at - HEAD_BYTES, 0)
    room.writeUInt32LE(count, 4)
    room.writeUInt32LE(crc32c(room, HEAD_BYTES, at), 8)
    batches.push(Buffer.from(room.subarray(0, at)))
    at = HEAD_BYTES
    count = 0
  }
  for (const frame of frames) {
    const value = Buffer.from(frame)
    if (at + value.length + RECORD_ROOM > BATCH_BYTES && count > 0) finish()
    const [delta, length] = [varint(count * 2), varint(value.length * 2)]
    const head = Buffer.from([0, 0, ...delta, 1, ...length])
    const record = [Buffer.from(varint((head.length + value.length + 1) * 2)), head, value]
    for (const part of [...record, Buffer.from([0])]) at += part.copy(room, at)
    count++
  }
  if (count > 0) finish()
  return batches
}

function varint(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest & 127) | 128)
  }
}

/** As many whole batches as a chunk has room for. */
function chunksOf(batches: readonly Buffer[]): ExtractInput['chunks'] {
  const chunks: Buffer[][] = [[]]
  let held = 0
  for (const batch of batches) {
    if (held + batch.length > CHUNK_BYTES) {
      chunks.push([])
      held = 0
    }
    chunks.at(-1)!.push(batch)
    held += batch.length
  }
  return chunks.map(of => {
    let at = 0
    const records = of.map(batch => {
      const start = at + HEAD_BYTES
      at += batch.length
      return recordsAt(start, at, batch)
    })
    return { bytes: Buffer.concat(of), batches: records }
  })
}

function recordsAt(start: number, end: number, batch: Buffer): CheckedRecords {
  const [count, crc] = [batch.readUInt32LE(4), batch.readUInt32LE(8)]
  const bytes = new Uint8Array(0)
  const times = { baseTime: 0, maxTime: 0, logAppendTime: false }
  return { bytes, start, end, count, crc, fromOffset: 0, baseOffset: 0, ...times }
}
