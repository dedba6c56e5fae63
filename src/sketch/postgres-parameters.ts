import type { ByteReader, ByteWriter } from '../core/bytes.ts'
import { failure } from '../core/errors.ts'

/*
 * The first three bytes of every postgresql-hll (docs/formats/postgresql-hll.md), bits from the highest:
 *
 *      0                  1                  2
 *     ┌─────────┬────────┬──────────┬───────┬───┬────────┬───────────┐
 *     │ version │  form  │ width − 1│ log2m │ 0 │ sparse │ threshold │
 *     │  4 bits │ 4 bits │  3 bits  │ 5 bits│ 1 │  1 bit │   6 bits  │
 *     └─────────┴────────┴──────────┴───────┴───┴────────┴───────────┘
 *
 * Threshold: 63 auto, 0 no explicit form, else 2^(threshold − 1) ids. Default parameters: 8b 7f.
 */
const VERSION = 1
const THRESHOLD_AUTO = 63
const SPARSE_BIT = 0x40
export const HEADER_BYTES = 3

/** Ids that fit in what the extension keeps in memory, 128 KiB; and the largest power of 2 below it. */
export const EXPLICIT_MAX = 16_383
const THRESHOLD_MAX = 8_192

export const FORM_EMPTY = 1
export const FORM_EXPLICIT = 2
export const FORM_SPARSE = 3
export const FORM_FULL = 4

/** The modifiers of the type `hll(log2m, regwidth, expthresh, sparseon)`. */
export interface PostgresParameters {
  /** 2^log2m registers: 4 … 17. */
  readonly log2m: number
  /** Bits of a register, 1 … 7: it holds at most 2^regwidth − 1. */
  readonly regwidth: number
  /** Ids kept as they are before registers take over: −1 auto, 0 none, or a power of 2 up to 8,192. */
  readonly expthresh: number
  /** False: registers are always written in full. */
  readonly sparseon: boolean
}

export const POSTGRES_DEFAULTS: PostgresParameters = {
  log2m: 11,
  regwidth: 5,
  expthresh: -1,
  sparseon: true
}

/** @throws option-value */
export function checkParameters({ log2m, regwidth, expthresh }: PostgresParameters): void {
  if (!isWithin(log2m, 4, 17)) throw refused('log2m', log2m, 'a whole number from 4 to 17', 11)
  if (!isWithin(regwidth, 1, 7))
    throw refused('regwidth', regwidth, 'a whole number from 1 to 7', 5)
  const isPower = isWithin(expthresh, 1, THRESHOLD_MAX) && (expthresh & (expthresh - 1)) === 0
  if (expthresh !== -1 && expthresh !== 0 && !isPower) {
    throw refused('expthresh', expthresh, '-1, 0 or a power of 2 up to 8192', -1)
  }
}

/** Ids kept before registers take over; auto: as many as take the place of the registers. */
export function explicitMax({ log2m, regwidth, expthresh }: PostgresParameters): number {
  if (expthresh !== -1) return expthresh
  return Math.min(Math.floor(fullBytes(log2m, regwidth) / 8), EXPLICIT_MAX)
}

/** The largest value of a register: what its bits hold, and what the hash can give. */
export function registerMax({ log2m, regwidth }: PostgresParameters): number {
  return Math.min(2 ** regwidth - 1, 64 - log2m)
}

export function fullBytes(log2m: number, regwidth: number): number {
  return Math.ceil((2 ** log2m * regwidth) / 8)
}

export function isSame(left: PostgresParameters, right: PostgresParameters): boolean {
  return described(left) === described(right)
}

/** As the type is written in SQL. */
export function described({ log2m, regwidth, expthresh, sparseon }: PostgresParameters): string {
  return `hll(${log2m}, ${regwidth}, ${expthresh}, ${Number(sparseon)})`
}

export function writeHeader(
  writer: ByteWriter,
  form: number,
  { log2m, regwidth, expthresh, sparseon }: PostgresParameters
): void {
  let threshold = THRESHOLD_AUTO
  if (expthresh !== -1) threshold = expthresh === 0 ? 0 : Math.log2(expthresh) + 1
  writer.u8((VERSION << 4) | form).u8(((regwidth - 1) << 5) | log2m)
  writer.u8((sparseon ? SPARSE_BIT : 0) | threshold)
}

/** @throws format-damaged, format-version */
export function readHeader(
  reader: ByteReader,
  format: string
): { form: number; parameters: PostgresParameters } {
  const first = reader.u8()
  const version = first >>> 4
  if (version > VERSION) {
    throw failure('format-version', { format, found: version, known: VERSION })
  }
  if (version < VERSION) throw reader.damaged('its version is 0')
  const second = reader.u8()
  const third = reader.u8()
  const log2m = second & 0x1f
  const regwidth = (second >>> 5) + 1
  const threshold = third & 0x3f
  if (third > 0x7f) throw reader.damaged('its unused bit is set')
  if (!isWithin(log2m, 4, 17)) throw reader.damaged(`its log2m is ${log2m}, not 4 … 17`)
  if (regwidth > 7) throw reader.damaged(`its regwidth is ${regwidth}, not 1 … 7`)
  let expthresh = -1
  if (threshold !== THRESHOLD_AUTO) {
    expthresh = threshold === 0 ? 0 : 2 ** (threshold - 1)
    if (expthresh > THRESHOLD_MAX) throw reader.damaged(`its expthresh is ${expthresh}`)
  }
  const sparseon = (third & SPARSE_BIT) !== 0
  return { form: first & 0xf, parameters: { log2m, regwidth, expthresh, sparseon } }
}

function isWithin(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to
}

function refused(option: string, value: number, expected: string, example: number): Error {
  return failure('option-value', { option, value, expected, example })
}
