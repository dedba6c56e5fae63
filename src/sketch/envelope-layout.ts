import { ByteReader, ByteWriter } from '../core/bytes.ts'
import { crc32c } from '../core/crc32c.ts'
import { failure } from '../core/errors.ts'
import { isPrecision } from './precision.ts'

/*
 * A sketch as bytes (docs/formats/sketch.md), little-endian:
 *
 *      0       3         4      5        6           7      8        12           −4
 *     ┌───────┬─────────┬──────┬────────┬───────────┬──────┬────────┬─ … ───────┬─────────┐
 *     │ "hcs" │ version │ kind │ method │ precision │ hash │ count  │  payload  │ CRC-32C │
 *     │       │   u8    │  u8  │   u8   │    u8     │  u8  │  u32   │           │   u32   │
 *     └───────┴─────────┴──────┴────────┴───────────┴──────┴────────┴─ … ───────┴─────────┘
 *
 * Valid: each field has a value listed below, count and payload agree, nothing is left over, and the
 * CRC-32C covers everything before it. Canonical: one content has one sequence of bytes. A new kind,
 * method or hash gets a new version, so that an older reader names the version and not damage. The
 * version follows from the kind: 1 for exact and adaptive, for good, and 2 for the kinds that came later.
 */
const MAGIC = [0x68, 0x63, 0x73] as const
const VERSION = 2
const VERSION_AT = 3
const HEADER_BYTES = 12
const CHECK_BYTES = 4

/** What an envelope costs beside its payload. */
export const ENVELOPE_OVERHEAD = HEADER_BYTES + CHECK_BYTES

export const KIND_EXACT = 1
export const KIND_ADAPTIVE = 2
const KIND_VERSION_1_MAX = KIND_ADAPTIVE
export const KIND_LINEAR = 3
export const KIND_HLL = 4
export const KIND_ULL = 5
export const KIND_THETA = 6

export const METHOD_FINGERPRINTS = 1
export const METHOD_COUPONS = 2
export const METHOD_REGISTERS = 3
export const METHOD_BITS = 4
export const METHOD_ULL_REGISTERS = 5
export const METHOD_SAMPLE = 6

/** MurmurHash3_x64_128, seed 9001, over the UTF-8 bytes of the key. */
const HASH_MURMUR3_UTF8 = 1

const FORMAT = 'sketch'

export interface EnvelopeHeader {
  readonly kind: number
  readonly method: number
  readonly precision: number
  /** Fingerprints, coupons, registers that aren't empty, bits that are 1, or entries. */
  readonly count: number
}

/** Starts an envelope; the payload follows, then `sealEnvelope`. */
export function startEnvelope(header: EnvelopeHeader, payloadBytes: number): ByteWriter {
  const writer = new ByteWriter(payloadBytes + ENVELOPE_OVERHEAD)
  for (const byte of MAGIC) writer.u8(byte)
  writer.u8(versionOf(header.kind)).u8(header.kind).u8(header.method).u8(header.precision)
  return writer.u8(HASH_MURMUR3_UTF8).u32(header.count)
}

export function sealEnvelope(writer: ByteWriter): Uint8Array {
  const bytes = writer.u32(0).close()
  const end = bytes.length - CHECK_BYTES
  new DataView(bytes.buffer).setUint32(end, crc32c(bytes, 0, end), true)
  return bytes
}

/**
 * Checks everything but the payload; the reader stands at its start and ends with it.
 * @throws format-damaged, format-version
 */
export function openEnvelope(bytes: Uint8Array): { header: EnvelopeHeader; payload: ByteReader } {
  const end = bytes.length - CHECK_BYTES
  const payload = new ByteReader(bytes, FORMAT, 0, Math.max(end, 0))
  if (bytes.length <= VERSION_AT || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw payload.damaged('it does not start like one')
  }
  const version = bytes[VERSION_AT]!
  if (version > VERSION) {
    throw failure('format-version', { format: FORMAT, found: version, known: VERSION })
  }
  if (version === 0) throw payload.damaged('its version is 0')
  if (end < HEADER_BYTES) throw payload.damaged('it ends too early')
  const stored = new ByteReader(bytes, FORMAT, end).u32()
  if (stored !== crc32c(bytes, 0, end)) throw payload.damaged('its checksum is wrong')

  payload.raw(VERSION_AT + 1)
  const kind = payload.u8()
  const method = payload.u8()
  const precision = payload.u8()
  const hash = payload.u8()
  const count = payload.u32()
  if (versionOf(kind) !== version) throw payload.damaged(`its kind is ${kind}`)
  if (!isPrecision(precision)) throw payload.damaged(`its precision is ${precision}`)
  if (hash !== HASH_MURMUR3_UTF8) throw payload.damaged(`its hash is ${hash}`)
  return { header: { kind, method, precision, count }, payload }
}

function versionOf(kind: number): number {
  return kind <= KIND_VERSION_1_MAX ? 1 : VERSION
}
