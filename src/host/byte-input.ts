/**
 * Bytes that are pulled into the caller's buffer. One read at a time; the buffer belongs to the input
 * until the promise settles, so one buffer can be reused for a whole file.
 */
export interface ByteInput {
  /** Fills some of `bytes[at, …)` and returns how many bytes came; 0 is the end. */
  read(bytes: Uint8Array, at: number): Promise<number>
  close(): Promise<void>
}

/** How the bytes of an input are packed. */
export type Compression = 'none' | 'gzip' | 'zstd'

/** Damage in compressed bytes; `problem` is the decompressor's own word. */
export class DecompressionDamage extends Error {
  readonly compression: Compression

  constructor(compression: Compression, problem: string, cause?: unknown) {
    super(problem, { cause })
    this.compression = compression
  }
}
