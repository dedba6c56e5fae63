import { constants, createGunzip, createZstdDecompress, type Gunzip } from 'node:zlib'
import { type ByteInput, DecompressionDamage } from './byte-input.ts'

/** One write to the decompressor: damage inside it costs what it would have given, so it is small. */
const PIECE_BYTES = 16 * 1_024
const INFLATED_BYTES = 256 * 1_024
const EMPTY = new Uint8Array(0)

/**
 * The decompressed bytes of another input: gzip with any number of members, zstd with any number of
 * frames.
 *
 * Everything before a cut is delivered before the cut is reported: each piece is written with a sync
 * flush and drained before the next, and only then is the decompressor told that this was the end.
 * (A pipeline would lose what is still buffered when the error comes.) Memory is bounded whatever the
 * ratio: the decompressor waits while its output has not been taken.
 */
export class DecompressedInput implements ByteInput {
  private readonly source: ByteInput
  private readonly compression: 'gzip' | 'zstd'
  private readonly pieces = new Uint8Array(PIECE_BYTES)
  private engine: Gunzip
  /** What the decompressor has not consumed: non-empty when a zstd frame ended inside a piece. */
  private piece: Uint8Array = EMPTY
  private consumedBefore = 0
  private chunk: Uint8Array = EMPTY
  private used = 0
  private state: 'idle' | 'writing' | 'ending' | 'ended' = 'idle'
  private damage: Error | undefined
  private signal: (() => void) | undefined

  constructor(source: ByteInput, compression: 'gzip' | 'zstd') {
    this.source = source
    this.compression = compression
    this.engine = this.start()
  }

  async read(bytes: Uint8Array, at: number): Promise<number> {
    for (;;) {
      if (this.used === this.chunk.length) this.take()
      if (this.used < this.chunk.length) return this.copy(bytes, at)
      if (this.damage) {
        throw new DecompressionDamage(this.compression, this.damage.message, this.damage)
      }
      if (this.state === 'idle') await this.feed()
      else if (this.state !== 'ended') await this.change()
      else if (!(await this.restart())) return 0
    }
  }

  async close(): Promise<void> {
    this.engine.destroy()
    await this.source.close()
  }

  private start(): Gunzip {
    const engine =
      this.compression === 'gzip'
        ? createGunzip({ flush: constants.Z_SYNC_FLUSH, chunkSize: INFLATED_BYTES })
        : createZstdDecompress({ chunkSize: INFLATED_BYTES })
    engine.on('error', error => {
      this.damage = error
      this.changed()
    })
    engine.on('readable', () => this.changed())
    engine.on('end', () => {
      this.state = 'ended'
      this.changed()
    })
    return engine
  }

  /** A zstd decompressor stops at the end of its frame, where another one may follow. */
  private async restart(): Promise<boolean> {
    if (this.compression === 'gzip') return false
    this.piece = this.piece.subarray(this.engine.bytesWritten - this.consumedBefore)
    if (this.piece.length === 0) this.piece = await this.nextPiece()
    if (this.piece.length === 0) return false
    this.engine = this.start()
    this.write()
    return true
  }

  private take(): void {
    this.chunk = (this.engine.read() as Uint8Array | null) ?? EMPTY
    this.used = 0
  }

  private copy(bytes: Uint8Array, at: number): number {
    const count = Math.min(bytes.length - at, this.chunk.length - this.used)
    bytes.set(this.chunk.subarray(this.used, this.used + count), at)
    this.used += count
    return count
  }

  private async feed(): Promise<void> {
    this.piece = await this.nextPiece()
    if (this.piece.length > 0) return this.write()
    this.state = 'ending'
    this.engine.end()
  }

  private async nextPiece(): Promise<Uint8Array> {
    return this.pieces.subarray(0, await this.source.read(this.pieces, 0))
  }

  private write(): void {
    this.state = 'writing'
    this.consumedBefore = this.engine.bytesWritten
    const engine = this.engine
    engine.write(this.piece, () => {
      // Called too when the packed data ended inside the piece: then the end event decides.
      const whole = engine.bytesWritten - this.consumedBefore === this.piece.length
      if (engine === this.engine && this.state === 'writing' && whole) this.state = 'idle'
      this.changed()
    })
  }

  private change(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.signal = resolve
    return promise
  }

  private changed(): void {
    this.signal?.()
    this.signal = undefined
  }
}
