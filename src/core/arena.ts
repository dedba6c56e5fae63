import { limits } from './limits.ts'
import { createMemory, type WasmMemory } from './web-assembly.ts'

/** In front of all rooms: what a kernel with fixed places needs. */
export const ARENA_HEAD_BYTES: number = 2 * 1_024 * 1_024
/** Behind each room. */
const SLACK_BYTES = 65_536
const PAGE_BYTES = 65_536

/**
 * One memory for bytes from the socket to their count: whoever brings or unpacks them puts them where the
 * kernels read them, and nobody copies.
 *
 *     0         2 MiB                                                 end
 *     ├─────────┼──────┬───────┬──────┬───────┬───────────────────────┤
 *     │ head    │ room │ slack │ room │ slack │ not given out yet     │
 *     └─────────┴──────┴───────┴──────┴───────┴───────────────────────┘
 *
 * It never grows, since that would detach every view; pages that nobody touched cost nothing. Kernels read up
 * to 80 bytes behind what they are given and write up to 64 there: that is the slack.
 */
export class Arena {
  readonly memory: WasmMemory
  readonly buffer: ArrayBuffer
  private isHeadFree = true
  private next = ARENA_HEAD_BYTES
  private readonly free: Uint8Array[] = []

  /** Undefined where WASM is missing or forbidden, or there is no address space for it. */
  static create(bytes: number = limits.arenaBytes): Arena | undefined {
    try {
      return new Arena(bytes)
    } catch {
      return undefined
    }
  }

  private constructor(bytes: number) {
    this.memory = createMemory(Math.ceil(bytes / PAGE_BYTES))
    this.buffer = this.memory.buffer
  }

  /** The first `ARENA_HEAD_BYTES`, all zero, for whoever asks first: true for that one only. */
  takeHead(): boolean {
    const isFree = this.isHeadFree
    this.isHeadFree = false
    return isFree
  }

  /** A room of so many bytes; undefined when there is none left. */
  take(bytes: number): Uint8Array | undefined {
    const again = this.free.findIndex(room => room.length === bytes)
    if (again >= 0) return this.free.splice(again, 1)[0]
    const at = this.next
    const behind = at + Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES + SLACK_BYTES
    if (behind > this.buffer.byteLength) return undefined
    this.next = behind
    return new Uint8Array(this.buffer, at, bytes)
  }

  /** Nobody reads or writes the room any more: the next one who asks for as much gets it. */
  giveBack(room: Uint8Array): void {
    this.free.push(room)
  }
}
