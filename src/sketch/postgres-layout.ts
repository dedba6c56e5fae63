import { ByteReader, ByteWriter } from '../core/bytes.ts'
import { BitReader, BitWriter, packedBytes } from './bit-packing.ts'
import {
  EXPLICIT_MAX,
  FORM_EMPTY,
  FORM_EXPLICIT,
  FORM_FULL,
  FORM_SPARSE,
  fullBytes,
  HEADER_BYTES,
  type PostgresParameters,
  readHeader,
  registerMax,
  writeHeader
} from './postgres-parameters.ts'
import type { SortedIds } from './sorted-ids.ts'

/*
 * What follows the header of a postgresql-hll (docs/formats/postgresql-hll.md), big-endian, by form:
 *
 *     empty       nothing
 *     explicit    n × id, 64 bits, strictly ascending as signed numbers
 *     sparse      n × ( register, log2m bits | value, regwidth bits ), strictly ascending, value > 0
 *     full        2^log2m × value, regwidth bits
 *
 * Bits go from the highest to the lowest, also across bytes; the last byte is filled up with zeros. n is
 * as many as there is room for.
 */
const FORMAT = 'postgresql-hll'
const ID_BYTES = 8

/** Takes what a reader finds. */
export interface PostgresContent {
  id(low: number, high: number): void
  /** Registers come after all, perhaps none. */
  startRegisters(): void
  register(slot: number, value: number): void
}

export function writeEmpty(parameters: PostgresParameters): Uint8Array {
  return started(FORM_EMPTY, parameters, 0).finish()
}

export function writeExplicit(parameters: PostgresParameters, ids: SortedIds): Uint8Array {
  const writer = started(FORM_EXPLICIT, parameters, ids.size * ID_BYTES)
  const body = new Uint8Array(ids.size * ID_BYTES)
  const view = new DataView(body.buffer)
  for (let i = 0; i < ids.size; i++) {
    view.setInt32(i * ID_BYTES, ids.highs[i]!)
    view.setUint32(i * ID_BYTES + 4, ids.lows[i]!)
  }
  return writer.raw(body).finish()
}

/** Sparse when that is allowed and smaller, else full. */
export function writeRegisterForm(parameters: PostgresParameters, values: Uint8Array): Uint8Array {
  const { log2m, regwidth, sparseon } = parameters
  const filled = values.reduce((count, value) => count + Number(value > 0), 0)
  const sparse = sparseon && filled * (log2m + regwidth) < values.length * regwidth
  const body = new Uint8Array(
    sparse ? packedBytes(filled, log2m + regwidth) : fullBytes(log2m, regwidth)
  )
  const bits = new BitWriter(body)
  for (let slot = 0; slot < values.length; slot++) {
    const value = values[slot]!
    if (!sparse) bits.number(0, value, regwidth)
    else if (value > 0) bits.number(0, (slot << regwidth) | value, log2m + regwidth)
  }
  bits.finish()
  return started(sparse ? FORM_SPARSE : FORM_FULL, parameters, body.length)
    .raw(body)
    .finish()
}

/** Reads the header; what `contentFor` makes of it takes the rest. @throws format-damaged, format-version */
export function readPostgres(
  bytes: Uint8Array,
  contentFor: (parameters: PostgresParameters) => PostgresContent
): void {
  const reader = new ByteReader(bytes, FORMAT)
  const { form, parameters } = readHeader(reader, FORMAT)
  const content = contentFor(parameters)
  if (form === FORM_EMPTY) reader.finish()
  else if (form === FORM_EXPLICIT) readExplicit(reader, content)
  else if (form === FORM_SPARSE) readSparse(reader, parameters, content)
  else if (form === FORM_FULL) readFull(reader, parameters, content)
  else throw reader.damaged(`its form is ${form}`)
}

function started(form: number, parameters: PostgresParameters, bodyBytes: number): ByteWriter {
  const writer = new ByteWriter(HEADER_BYTES + bodyBytes)
  writeHeader(writer, form, parameters)
  return writer
}

function readExplicit(reader: ByteReader, content: PostgresContent): void {
  const body = reader.raw(reader.remaining)
  if (body.length % ID_BYTES !== 0) throw reader.damaged('its last id is cut off')
  const count = body.length / ID_BYTES
  if (count > EXPLICIT_MAX) throw reader.damaged(`it holds ${count} ids, more than ${EXPLICIT_MAX}`)
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  for (let at = 0; at < body.length; at += ID_BYTES) {
    const high = view.getInt32(at)
    const low = view.getUint32(at + 4)
    if (at > 0) {
      const before = view.getInt32(at - ID_BYTES)
      const ascends = before < high || (before === high && view.getUint32(at - 4) < low)
      if (!ascends) throw reader.damaged('its ids do not ascend')
    }
    content.id(low, high)
  }
}

function readSparse(
  reader: ByteReader,
  parameters: PostgresParameters,
  content: PostgresContent
): void {
  const { log2m, regwidth } = parameters
  const width = log2m + regwidth
  const body = reader.raw(reader.remaining)
  const count = Math.floor((body.length * 8) / width)
  if (packedBytes(count, width) !== body.length)
    throw reader.damaged('its last register is cut off')
  content.startRegisters()
  const bits = new BitReader(body)
  let before = -1
  for (let i = 0; i < count; i++) {
    bits.number(width)
    // Entries of less than 8 bits: the zeros that fill up the last byte may look like one.
    if (bits.low === 0 && i === count - 1 && packedBytes(i, width) === body.length) break
    const slot = bits.low >>> regwidth
    const value = bits.low & ((1 << regwidth) - 1)
    if (slot <= before) throw reader.damaged('its registers do not ascend')
    if (value === 0) throw reader.damaged('it holds an empty register')
    checkValue(reader, parameters, value)
    before = slot
    content.register(slot, value)
  }
  if (!bits.isFilledWithZeros()) throw reader.damaged('its last bits are not 0')
}

function readFull(
  reader: ByteReader,
  parameters: PostgresParameters,
  content: PostgresContent
): void {
  const { log2m, regwidth } = parameters
  const expected = fullBytes(log2m, regwidth)
  if (reader.remaining !== expected) {
    throw reader.damaged(`its registers take ${reader.remaining} bytes, not ${expected}`)
  }
  content.startRegisters()
  const bits = new BitReader(reader.raw(expected))
  for (let slot = 0; slot < 2 ** log2m; slot++) {
    bits.number(regwidth)
    checkValue(reader, parameters, bits.low)
    if (bits.low > 0) content.register(slot, bits.low)
  }
}

function checkValue(reader: ByteReader, parameters: PostgresParameters, value: number): void {
  const most = registerMax(parameters)
  if (value > most) throw reader.damaged(`a register holds ${value}, more than ${most}`)
}
