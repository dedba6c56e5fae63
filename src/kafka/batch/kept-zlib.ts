import type { Buffer } from 'node:buffer'
import {
  constants,
  createGunzip,
  createZstdDecompress,
  gzipSync,
  zstdCompressSync
} from 'node:zlib'

/**
 * What is used of node's zlib streams beside what is documented; npm's minizlib stands on the same. The
 * documented calls make a decoder and new memory for each batch, which costs a third to a half of the time.
 */
interface Inner {
  readonly _handle: {
    onerror: () => void
    reset(): void
    writeSync(
      flush: number,
      bytes: Uint8Array,
      start: number,
      length: number,
      room: Uint8Array,
      at: number,
      size: number
    ): void
  }
  /** After a call: bytes of the room that are left, and of the input. */
  readonly _writeState: Uint32Array
}

interface Format {
  readonly create: () => object
  readonly finish: number
  readonly pack: (bytes: Uint8Array) => Buffer
}

const formats: Readonly<Record<'gzip' | 'zstd', Format>> = {
  gzip: { create: () => createGunzip(), finish: constants.Z_FINISH, pack: gzipSync },
  zstd: {
    create: () => createZstdDecompress(),
    finish: constants.ZSTD_e_end,
    pack: zstdCompressSync
  }
}

/** A decoder of node's zlib that is kept, and writes to memory of the caller's. */
export class KeptZlib {
  private readonly format: Format
  private inner: Inner | undefined
  private hasFailed = false

  /** Undefined where this Node has another inside. */
  static create(codec: 'gzip' | 'zstd'): KeptZlib | undefined {
    const kept = new KeptZlib(formats[codec])
    return kept.works() ? kept : undefined
  }

  private constructor(format: Format) {
    this.format = format
  }

  /** How many bytes of `room` were filled; undefined when the library has to look: damage, or no room. */
  unpack(packed: Uint8Array, room: Uint8Array): number | undefined {
    this.inner ??= this.open()
    const { _handle: handle, _writeState: state } = this.inner
    this.hasFailed = false
    handle.reset()
    handle.writeSync(this.format.finish, packed, 0, packed.length, room, 0, room.length)
    const left = state[0]!
    if (!this.hasFailed && left > 0) return room.length - left
    this.inner = undefined
    return undefined
  }

  private open(): Inner {
    const inner = this.format.create() as Inner
    inner._handle.onerror = () => {
      this.hasFailed = true
    }
    return inner
  }

  /** Twice, as it will be used, and once with damage. */
  private works(): boolean {
    const bytes = Uint8Array.from({ length: 1_000 }, (_, i) => (i * i) & 255)
    const room = new Uint8Array(bytes.length + 1)
    const packed = this.format.pack(bytes)
    try {
      for (let i = 0; i < 2; i++) {
        if (this.unpack(packed, room.fill(0)) !== bytes.length) return false
        if (!bytes.every((byte, at) => byte === room[at])) return false
      }
      return this.unpack(packed.subarray(0, packed.length - 9), room) === undefined
    } catch {
      return false
    }
  }
}
