import type { Buffer } from 'node:buffer'
import type { Arena } from '../../core/arena.ts'
import { compileModule, instantiate } from '../../core/web-assembly.ts'
import { isXerial, XERIAL_HEADER_BYTES } from './snappy-frame.ts'
import { unpackKernelBase64 } from './unpack-kernel-module.ts'

/** What the module exports: `wasm/unpack-lz4.ts` and `wasm/unpack-snappy.ts`. */
interface KernelExports {
  readonly lz4Frame: (start: number, end: number, target: number, limit: number) => number
  readonly snappyRaw: (start: number, end: number, target: number, limit: number) => number
}

/** The kernel writes so far behind a limit. */
const OVERRUN_BYTES = 64

let compiled: object | undefined

/**
 * lz4 and snappy inside an arena: from where the packed bytes lie to where a kernel reads what they unpack
 * to. What is damaged, or too large for the room, it leaves to the libraries, which say what it is.
 */
export class UnpackKernel {
  private readonly exports: KernelExports
  private readonly buffer: ArrayBuffer

  /** Undefined where WASM or its SIMD is missing or forbidden. */
  static create(arena: Arena): UnpackKernel | undefined {
    try {
      return new UnpackKernel(arena)
    } catch {
      return undefined
    }
  }

  private constructor({ memory, buffer }: Arena) {
    compiled ??= compileModule(unpackKernelBase64)
    // The module is ours: its exports are what `wasm/` says.
    this.exports = instantiate(compiled, { env: { memory } }) as KernelExports
    this.buffer = buffer
  }

  /** How many bytes of `room` were filled; undefined when a library has to look at it. */
  unpack(codec: 'lz4' | 'snappy', packed: Buffer, room: Buffer): number | undefined {
    const { length } = packed
    const target = room.byteOffset
    let start = packed.byteOffset
    let limit = target + room.length
    if (packed.buffer !== this.buffer) {
      // What lies elsewhere comes to the end of the room first.
      const free = room.length - length
      limit = target + free - OVERRUN_BYTES
      if (limit < target) return undefined
      room.set(packed, free)
      start = target + free
    }
    const end =
      codec === 'lz4'
        ? this.exports.lz4Frame(start, start + length, target, limit)
        : this.snappy(packed, start, target, limit)
    return end === 0 ? undefined : end - target
  }

  private snappy(packed: Buffer, start: number, target: number, limit: number): number {
    const { snappyRaw } = this.exports
    const { length } = packed
    if (!isXerial(packed)) return snappyRaw(start, start + length, target, limit)
    let to = target
    let at = XERIAL_HEADER_BYTES
    while (at < length && to !== 0) {
      if (at + 4 > length) return 0
      const size = packed.readUInt32BE(at)
      at += 4
      if (size > length - at) return 0
      to = snappyRaw(start + at, start + at + size, to, limit)
      at += size
    }
    return to
  }
}
