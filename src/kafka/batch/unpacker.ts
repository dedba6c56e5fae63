import { Buffer } from 'node:buffer'
import type { Arena } from '../../core/arena.ts'
import { limits } from '../../core/limits.ts'
import { type Codec, decompress } from './codecs.ts'
import { KeptZlib } from './kept-zlib.ts'
import { UnpackKernel } from './unpack-kernel.ts'

/** Decoders that are kept, and the memory they write to. */
interface Kept {
  readonly room: Buffer
  readonly kernel: UnpackKernel | undefined
  readonly gzip: KeptZlib | undefined
  readonly zstd: KeptZlib | undefined
}

/**
 * Unpacks batches in an arena, one over the other: making memory anew for each costs up to half of the time.
 * What has no room there, or is damaged, goes the way of `decompress`.
 */
export class Unpacker {
  private readonly arena: Arena | undefined
  private kept: Kept | undefined

  constructor(arena: Arena | undefined) {
    this.arena = arena
  }

  /** As `decompress`; but the bytes are valid until the next call only. */
  readonly unpack: typeof decompress = (codec, packed, bytesMax) => {
    const size = this.fill(codec, packed)
    if (size === undefined || size > bytesMax) return decompress(codec, packed, bytesMax)
    return this.kept!.room.subarray(0, size)
  }

  private fill(codec: Codec, packed: Buffer): number | undefined {
    if (codec === 'none') return undefined
    this.kept ??= this.keep()
    if (this.kept === undefined) return undefined
    const { room, kernel } = this.kept
    if (codec === 'gzip' || codec === 'zstd') return this.kept[codec]?.unpack(packed, room)
    return kernel?.unpack(codec, packed, room)
  }

  private keep(): Kept | undefined {
    const { arena } = this
    const room = arena?.take(limits.keptUnpackedBytesMax)
    if (arena === undefined || room === undefined) return undefined
    return {
      room: Buffer.from(room.buffer, room.byteOffset, room.length),
      kernel: UnpackKernel.create(arena),
      gzip: KeptZlib.create('gzip'),
      zstd: KeptZlib.create('zstd')
    }
  }
}
