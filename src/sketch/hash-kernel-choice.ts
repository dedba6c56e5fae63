import { failure } from '../core/errors.ts'
import type { HashKernel, HashKernelKind } from './hash-kernel.ts'
import { PlainHashKernel } from './plain-hash-kernel.ts'
import { WasmHashKernel } from './wasm-hash-kernel.ts'

/**
 * A kernel to hash columns of keys with: the WASM one, or the plain one where WASM is missing or
 * forbidden; or the one that is asked for. @throws kernel-missing
 */
export function createHashKernel(kind?: HashKernelKind): HashKernel {
  if (kind === 'plain') return new PlainHashKernel()
  try {
    return new WasmHashKernel()
  } catch (error) {
    if (kind !== 'wasm') return new PlainHashKernel()
    throw failure('kernel-missing', { problem: String(error) }, error)
  }
}
