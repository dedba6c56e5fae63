import { ByteReader, ByteWriter } from '../core/bytes.ts'
import { readRegisters, writeRegisters } from './payload.ts'

/*
 * A HyperLogLog of Redis and Valkey, the value of a PF* key (docs/formats/redis-hyll.md), little-endian:
 *
 *      0        4          5        8                   16
 *     ┌────────┬──────────┬────────┬───────────────────┬─ … ─────────┐
 *     │ "HYLL" │ encoding │ 0 0 0  │ cached count, u64 │  registers  │
 *     │        │    u8    │        │ top bit: stale    │             │
 *     └────────┴──────────┴────────┴───────────────────┴─ … ─────────┘
 *
 * Encoding 0, dense: 16,384 × 6 bits, lowest bits first, four registers in three bytes; 12,304 bytes in
 * all. Encoding 1, sparse: runs of equal registers, one after the other, 16,384 registers in all:
 *
 *     00nnnnnn              ZERO    n + 1 empty registers, 1 … 64
 *     01nnnnnn nnnnnnnn     XZERO   n + 1 empty registers, 1 … 16,384, highest bits first
 *     1vvvvvnn              VAL     n + 1 registers with the value v + 1: 1 … 4, 1 … 32
 */
const MAGIC = [0x48, 0x59, 0x4c, 0x4c] as const
const ENCODING_DENSE = 0
const ENCODING_SPARSE = 1
const RESERVED_BYTES = 3
const CACHE_BYTES = 8
/** The highest bit of the count: Redis counts again when somebody asks. */
const CACHE_STALE = [0, 0, 0, 0, 0, 0, 0, 0x80] as const
const HEADER_BYTES = 16
const FORMAT = 'Redis HYLL'

export const REDIS_PRECISION = 14
const REGISTERS = 2 ** REDIS_PRECISION
const DENSE_BYTES = HEADER_BYTES + (REGISTERS * 6) / 8

/** Registers see 50 bits of the hash: 50 zeros and the one that Redis puts above them. */
export const REDIS_REGISTER_MAX = 51

const ZERO_RUN_MAX = 64
const VALUE_RUN_MAX = 4
const SPARSE_VALUE_MAX = 32

/** What Redis is configured with: `hll-sparse-max-bytes`. */
export const SPARSE_BYTES_MAX = 3_000

/**
 * Writes 16,384 registers: sparse when each is at most 32 and the whole at most `sparseBytesMax` bytes,
 * else dense.
 */
export function writeHyll(values: Uint8Array, sparseBytesMax: number): Uint8Array {
  const writer = new ByteWriter(Math.min(sparseBytesMax, DENSE_BYTES) + 2)
  if (writeSparse(start(writer, ENCODING_SPARSE), values, sparseBytesMax)) return writer.finish()
  const dense = start(new ByteWriter(DENSE_BYTES), ENCODING_DENSE)
  writeRegisters(dense, values)
  return dense.finish()
}

/**
 * Fills `values`, 16,384 empty registers. The cached count is left alone: registers are the truth.
 * @throws format-damaged
 */
export function readHyll(bytes: Uint8Array, values: Uint8Array): void {
  const reader = new ByteReader(bytes, FORMAT)
  for (const byte of MAGIC) {
    if (reader.remaining === 0 || reader.u8() !== byte) {
      throw reader.damaged('it does not start like one')
    }
  }
  const encoding = reader.u8()
  if (reader.raw(RESERVED_BYTES).some(byte => byte !== 0)) {
    throw reader.damaged('its reserved bytes are not 0')
  }
  reader.raw(CACHE_BYTES)
  if (encoding === ENCODING_DENSE) readDense(reader, values)
  else if (encoding === ENCODING_SPARSE) readSparse(reader, values)
  else throw reader.damaged(`its encoding is ${encoding}`)
}

function start(writer: ByteWriter, encoding: number): ByteWriter {
  for (const byte of MAGIC) writer.u8(byte)
  writer.u8(encoding)
  for (let i = 0; i < RESERVED_BYTES; i++) writer.u8(0)
  for (const byte of CACHE_STALE) writer.u8(byte)
  return writer
}

/** The longest runs there are, so one content has one sequence of bytes. False when they don't fit. */
function writeSparse(writer: ByteWriter, values: Uint8Array, bytesMax: number): boolean {
  for (let at = 0; at < REGISTERS; ) {
    const value = values[at]!
    if (value > SPARSE_VALUE_MAX || writer.length > bytesMax) return false
    const runMax = value === 0 ? REGISTERS : VALUE_RUN_MAX
    let run = 1
    while (run < runMax && at + run < REGISTERS && values[at + run] === value) run++
    at += run
    if (value > 0) writer.u8(0x80 | ((value - 1) << 2) | (run - 1))
    else if (run <= ZERO_RUN_MAX) writer.u8(run - 1)
    else writer.u8(0x40 | ((run - 1) >>> 8)).u8((run - 1) & 0xff)
  }
  return writer.length <= bytesMax
}

function readDense(reader: ByteReader, values: Uint8Array): void {
  readRegisters(reader, values)
  reader.finish()
  const largest = values.reduce((most, value) => Math.max(most, value))
  if (largest > REDIS_REGISTER_MAX) {
    throw reader.damaged(`a register holds ${largest}, more than ${REDIS_REGISTER_MAX}`)
  }
}

function readSparse(reader: ByteReader, values: Uint8Array): void {
  let at = 0
  while (reader.remaining > 0) {
    const code = reader.u8()
    let value = 0
    let run = (code & 0x3f) + 1
    if (code >= 0x80) {
      value = ((code >>> 2) & 0x1f) + 1
      run = (code & 3) + 1
    } else if (code >= 0x40) {
      run = (((code & 0x3f) << 8) | reader.u8()) + 1
    }
    if (at + run > REGISTERS) throw reader.damaged(`its runs exceed ${REGISTERS} registers`)
    if (value > 0) values.fill(value, at, at + run)
    at += run
  }
  if (at < REGISTERS) throw reader.damaged(`its runs end after ${at} registers`)
}
