import type { ByteReader } from '../core/bytes.ts'
import { registerBounds } from './confidence.ts'
import { METHOD_REGISTERS, sealEnvelope, startEnvelope } from './envelope-layout.ts'
import { roundedEstimate } from './estimate-rounding.ts'
import { readRegisters, writeRegisters } from './payload.ts'
import { RegisterArray } from './register-array.ts'
import { estimateRegisters } from './register-estimator.ts'
import type { Confidence, Estimate } from './sketch.ts'

/** What plain registers tell: the same for the kinds `adaptive` and `hll`. */
export function estimateOfRegisters(registers: RegisterArray, confidence: Confidence): Estimate {
  const { precision } = registers
  const histogram = registers.histogram()
  const origin = { method: 'hll', precision, confidence } as const
  const nonEmpty = 2 ** precision - histogram[0]!
  if (nonEmpty === 0) return roundedEstimate(origin, 0, [0, 0], 0)
  const keys = Math.min(estimateRegisters(histogram, precision), Number.MAX_SAFE_INTEGER)
  return roundedEstimate(origin, keys, registerBounds(keys, precision, confidence), nonEmpty)
}

/** The envelope of registers. */
export function sealRegisters(kind: number, registers: RegisterArray): Uint8Array {
  const { precision } = registers
  const count = 2 ** precision - registers.histogram()[0]!
  const header = { kind, method: METHOD_REGISTERS, precision, count }
  const writer = startEnvelope(header, packedBytes(precision))
  writeRegisters(writer, registers.values)
  return sealEnvelope(writer)
}

/** Registers from a payload, of which `count` aren't empty. @throws format-damaged */
export function openRegisters(
  payload: ByteReader,
  precision: number,
  count: number
): RegisterArray {
  const expected = packedBytes(precision)
  if (payload.remaining !== expected) {
    throw payload.damaged(`its registers take ${payload.remaining} bytes, not ${expected}`)
  }
  const registers = new RegisterArray(precision)
  const nonEmpty = readRegisters(payload, registers.values)
  if (count !== nonEmpty) throw payload.damaged(`it counts ${count} registers`)
  return registers
}

function packedBytes(precision: number): number {
  return (2 ** precision / 4) * 3
}
