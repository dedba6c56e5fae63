import { createRequire } from 'node:module'
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import * as K from '../connection/client-library.ts'
import { lz4Extent } from './lz4-frame.ts'
import { snappyLength } from './snappy-frame.ts'

export type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** The codec's number in the attributes of a record batch. */
export const codecIds: Readonly<Record<Codec, number>> = Object.freeze({
  none: 0,
  gzip: 1,
  snappy: 2,
  lz4: 3,
  zstd: 4
})

/** The codec of a number, or undefined when none has it. */
export function codecOf(id: number): Codec | undefined {
  return CODECS[id]
}

const CODECS: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

// Output in pieces near its final size is a third faster; texts shrink to a quarter or so.
const CHUNK_RATIO = 4
const CHUNK_BYTES_MIN = 16_384
const CHUNK_BYTES_MAX = 1_048_576

interface Lz4 {
  compress(bytes: Buffer): Buffer
  decompress(bytes: Buffer): Buffer
}

/** Compresses what follows the header of a record batch. */
export function compress(codec: Codec, bytes: Buffer): Buffer {
  switch (codec) {
    case 'none':
      return bytes
    case 'gzip':
      return gzipSync(bytes)
    case 'snappy':
      return K.compressionsAlgorithms.snappy.compressSync(bytes)
    case 'lz4':
      return lz4.compress(bytes)
    case 'zstd':
      return zstdCompressSync(bytes)
  }
}

/**
 * The bytes again, or undefined when they are more than `bytesMax`: what a hostile batch would
 * unpack to is known before it has the memory. Damaged input throws an ordinary error.
 */
export function decompress(codec: Codec, bytes: Buffer, bytesMax: number): Buffer | undefined {
  switch (codec) {
    case 'none':
      return bytes.length > bytesMax ? undefined : bytes
    case 'gzip':
    case 'zstd':
      return inflate(codec === 'gzip' ? gunzipSync : zstdDecompressSync, bytes, bytesMax)
    case 'snappy': {
      const length = snappyLength(bytes)
      if (length > bytesMax) return undefined
      return length === 0 ? bytes.subarray(0, 0) : unpackSnappy(bytes)
    }
    case 'lz4': {
      const extent = lz4Extent(bytes)
      return extent.bytesMax > bytesMax ? undefined : lz4.decompress(bytes.subarray(0, extent.end))
    }
  }
}

function inflate(
  unpack: (bytes: Buffer, bound: { maxOutputLength: number; chunkSize: number }) => Buffer,
  bytes: Buffer,
  bytesMax: number
): Buffer | undefined {
  const guess = Math.max(CHUNK_BYTES_MIN, bytes.length * CHUNK_RATIO)
  try {
    const chunkSize = Math.min(CHUNK_BYTES_MAX, guess)
    return unpack(bytes, { maxOutputLength: bytesMax, chunkSize })
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      return undefined
    }
    throw error
  }
}

function unpackSnappy(bytes: Buffer): Buffer {
  try {
    return K.compressionsAlgorithms.snappy.decompressSync(bytes)
  } catch (error) {
    throw new Error(wasmProblem(error), { cause: error })
  }
}

// The library's wasm stops at bad bytes with a bare trap.
function wasmProblem(error: unknown): string {
  return error instanceof Error && error.name === 'RuntimeError' ? 'not decodable' : String(error)
}

/** The native lz4 where the platform has it, else the library's wasm: the same frames. */
const lz4: Lz4 = nativeLz4() ?? {
  compress: bytes => K.compressionsAlgorithms.lz4.compressSync(bytes),
  decompress: bytes => {
    try {
      return K.compressionsAlgorithms.lz4.decompressSync(bytes)
    } catch (error) {
      throw new Error(wasmProblem(error), { cause: error })
    }
  }
}

function nativeLz4(): Lz4 | undefined {
  try {
    const native = createRequire(import.meta.url)('lz4-napi') as typeof import('lz4-napi')
    return {
      compress: bytes => native.compressFrameSync(bytes),
      decompress: bytes => native.decompressFrameSync(bytes)
    }
  } catch {
    return undefined
  }
}
