import { failure } from '../core/errors.ts'
import { ADDRESS_BITS } from './coupon.ts'
import { redisHash } from './redis-hash.ts'
import {
  REDIS_PRECISION,
  REDIS_REGISTER_MAX,
  readHyll,
  SPARSE_BYTES_MAX,
  writeHyll
} from './redis-layout.ts'
import { RegisterArray } from './register-array.ts'
import { estimateOfRegisters } from './register-state.ts'
import { type Confidence, type Estimate, SKETCH_OBJECT_BYTES } from './sketch.ts'
import { trailingZeros } from './trailing-zeros.ts'

/**
 * The HyperLogLog of Redis and Valkey: what `PFADD` would have made of the same bytes, and what
 * `PFCOUNT` and `PFMERGE` take when it is stored with `SET`. It hashes with MurmurHash64A, so it is a
 * space of its own: it merges with its like alone.
 *
 * The estimate is ours, with bounds (0.81 % standard error at many keys); the number that `PFCOUNT` gives
 * for the same registers differs within them.
 */
export class RedisHll {
  readonly kind = 'redis-hll'
  readonly precision = REDIS_PRECISION
  private readonly registers = new RegisterArray(REDIS_PRECISION)
  private readonly hash = new Uint32Array(2)

  get memoryBytes(): number {
    return SKETCH_OBJECT_BYTES + this.registers.memoryBytes
  }

  /** Adds the key `bytes[start, end)`, also an empty one. */
  addBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    redisHash(bytes, start, end, this.hash)
    this.addHash(this.hash[0]!, this.hash[1]!)
  }

  /** Adds a key by its MurmurHash64A, as two words. */
  addHash(low: number, high: number): void {
    const rest = (low >>> REDIS_PRECISION) | (high << (32 - REDIS_PRECISION))
    const zeros = rest === 0 ? 32 + trailingZeros(high >>> REDIS_PRECISION) : trailingZeros(rest)
    const value = Math.min(zeros + 1, REDIS_REGISTER_MAX)
    this.registers.addCoupon((value << ADDRESS_BITS) | (low & (2 ** REDIS_PRECISION - 1)))
  }

  /** Union with another one, which stays as it was. @throws sketch-mismatch */
  merge(source: { readonly kind: string }): void {
    if (!(source instanceof RedisHll)) {
      throw failure('sketch-mismatch', { left: this.kind, right: source.kind })
    }
    this.registers.merge(source.registers)
  }

  estimate(confidence: Confidence): Estimate {
    return estimateOfRegisters(this.registers, confidence)
  }

  /**
   * The value of a PF* key. Sparse when that takes at most `sparseBytesMax` bytes (3,000, as Redis is
   * configured unless told) and each register is at most 32, else dense; 0 is always dense. The same
   * content gives the same bytes. The cached count is marked stale.
   */
  serialize(sparseBytesMax: number = SPARSE_BYTES_MAX): Uint8Array {
    return writeHyll(this.registers.values, sparseBytesMax)
  }

  /**
   * Reads the value of a PF* key, dense or sparse. Takes 17 KiB, whatever the input; the bytes aren't
   * referenced afterwards.
   * @throws format-damaged
   */
  static read(bytes: Uint8Array): RedisHll {
    const sketch = new RedisHll()
    readHyll(bytes, sketch.registers.values)
    return sketch
  }

  clear(): void {
    this.registers.clear()
  }
}
