import { failure } from '../core/errors.ts'
import { murmur3x64128 } from '../core/murmur3.ts'
import { estimateOfCapped } from './capped-estimator.ts'
import { ADDRESS_BITS } from './coupon.ts'
import { roundedEstimate } from './estimate-rounding.ts'
import {
  type PostgresContent,
  readPostgres,
  writeEmpty,
  writeExplicit,
  writeRegisterForm
} from './postgres-layout.ts'
import {
  checkParameters,
  described,
  explicitMax,
  isSame,
  POSTGRES_DEFAULTS,
  type PostgresParameters,
  registerMax
} from './postgres-parameters.ts'
import { RegisterArray } from './register-array.ts'
import { type Confidence, type Estimate, SKETCH_OBJECT_BYTES } from './sketch.ts'
import { SortedIds } from './sorted-ids.ts'
import { trailingZeros } from './trailing-zeros.ts'

const SEED = 0
const HASH_WORDS = 4

/**
 * The `hll` of postgresql-hll (also Citus, java-hll, js-hll): what `hll_add(…, hll_hash_text(key))` would
 * have made of the same bytes. It hashes with MurmurHash3_x64_128, seed 0, of which it takes the first 64
 * bits (an *id*), so it is a space of its own: it merges with its like alone.
 *
 * Ids are kept as they are, in the explicit form, until there are more than the threshold; registers then
 * take over for good. Written, registers are sparse while that is smaller, else full. These are the rules
 * of postgresql-hll 2.17, and its bytes.
 */
export class PostgresHll {
  readonly kind = 'postgresql-hll'
  readonly parameters: PostgresParameters
  private readonly idsMax: number
  private readonly valueMax: number
  private readonly ids = new SortedIds()
  /** Once they are there, `ids` is empty. */
  private registers: RegisterArray | undefined
  private readonly hash = new Uint32Array(HASH_WORDS)

  /** Empty; parameters not given are the defaults 11, 5, −1, true. @throws option-value */
  constructor(parameters: Partial<PostgresParameters> = {}) {
    this.parameters = { ...POSTGRES_DEFAULTS, ...parameters }
    checkParameters(this.parameters)
    this.idsMax = explicitMax(this.parameters)
    this.valueMax = registerMax(this.parameters)
  }

  get precision(): number {
    return this.parameters.log2m
  }

  get memoryBytes(): number {
    return SKETCH_OBJECT_BYTES + this.ids.memoryBytes + (this.registers?.memoryBytes ?? 0)
  }

  /**
   * Adds the key `bytes[start, end)`, also an empty one. Text is UTF-8; the extension hashes an integer
   * as its 2, 4 or 8 bytes, little-endian.
   */
  addBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    murmur3x64128(bytes, start, end, SEED, this.hash)
    this.addId(this.hash[0]!, this.hash[1]!)
  }

  /** Adds a key by its id, as two unsigned words. */
  addId(low: number, high: number): void {
    if (!this.registers) {
      if (this.ids.add(low, high | 0, this.idsMax)) return
      this.turnIntoRegisters()
    }
    this.raise(low, high)
  }

  /** Union with another one of the same parameters, which stays as it was. @throws sketch-mismatch */
  merge(source: { readonly kind: string }): void {
    if (!(source instanceof PostgresHll)) {
      throw failure('sketch-mismatch', { left: this.kind, right: source.kind })
    }
    if (!isSame(this.parameters, source.parameters)) {
      const [left, right] = [described(this.parameters), described(source.parameters)]
      throw failure('sketch-mismatch', { left, right })
    }
    if (source.registers) {
      this.turnIntoRegisters().merge(source.registers)
      return
    }
    if (source === this) return
    const { size, lows, highs } = source.ids
    for (let i = 0; i < size; i++) this.addId(lows[i]!, highs[i]!)
  }

  /** The number of ids while they are kept; else from the registers, as far as their width reaches. */
  estimate(confidence: Confidence): Estimate {
    const { precision, registers } = this
    if (registers) {
      return estimateOfCapped(registers.histogram(), precision, this.valueMax, confidence)
    }
    const { size } = this.ids
    return roundedEstimate({ method: 'exact', precision, confidence }, size, [size, size], size)
  }

  /** The bytes of the type `hll`; `'\x…'::hll` with their hex reads them. */
  serialize(): Uint8Array {
    if (this.registers) return writeRegisterForm(this.parameters, this.registers.values)
    return this.ids.size === 0
      ? writeEmpty(this.parameters)
      : writeExplicit(this.parameters, this.ids)
  }

  /**
   * Reads the bytes of an `hll` in any form. Takes at most 2^log2m bytes (128 KiB) beside what the input
   * has; the bytes aren't referenced afterwards.
   * @throws format-damaged, format-version
   */
  static read(bytes: Uint8Array): PostgresHll {
    let sketch: PostgresHll | undefined
    readPostgres(bytes, parameters => {
      sketch = new PostgresHll(parameters)
      return sketch.content()
    })
    return sketch!
  }

  clear(): void {
    this.ids.clear()
    this.registers = undefined
  }

  private content(): PostgresContent {
    return {
      id: (low, high) => this.ids.add(low, high, Number.POSITIVE_INFINITY),
      startRegisters: () => this.turnIntoRegisters(),
      register: (slot, value) => this.registers!.addCoupon((value << ADDRESS_BITS) | slot)
    }
  }

  private turnIntoRegisters(): RegisterArray {
    if (this.registers) return this.registers
    const registers = new RegisterArray(this.precision)
    this.registers = registers
    const { size, lows, highs } = this.ids
    for (let i = 0; i < size; i++) this.raise(lows[i]!, highs[i]!)
    this.ids.clear()
    return registers
  }

  /** An id whose bits above the register's number are all 0 raises nothing: so does the extension. */
  private raise(low: number, high: number): void {
    const { log2m } = this.parameters
    const rest = (low >>> log2m) | (high << (32 - log2m))
    const zeros = rest === 0 ? 32 + trailingZeros(high >>> log2m) : trailingZeros(rest)
    if (zeros === 64) return
    const value = Math.min(zeros + 1, this.valueMax)
    const slot = low & (2 ** log2m - 1)
    this.registers!.addCoupon((value << ADDRESS_BITS) | slot)
  }
}
