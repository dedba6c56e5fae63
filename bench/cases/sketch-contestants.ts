import assert from 'node:assert/strict'
import {
  createHashKernel,
  createSketch,
  HASH_SEED,
  type HashKernelKind,
  murmur3x64128,
  type SketchKind
} from '../../src/sketch/index.ts'
import { RegisterArray } from '../../src/sketch/register-array.ts'
import { type KeyBatches, keysIn } from '../key-batches.ts'
import { Stopwatch } from '../stopwatch.ts'

/** One way from ids to a count. */
export interface Contestant {
  readonly name: string
  /** Counts all ids anew and proves the answer; milliseconds of each batch. */
  readonly run: (keys: KeyBatches) => readonly number[]
}

const PRECISION = 14

/**
 * The kernel alone, on the 2^14 registers of an hll. In place: the ids are in the kernel's own column,
 * where a reader of frames would leave them.
 */
export function kernelRegisters(kind: HashKernelKind, from: 'in place' | 'copied'): Contestant {
  const kernel = createHashKernel(kind)
  const run = (keys: KeyBatches): readonly number[] => {
    const registers = new Uint8Array(2 ** PRECISION)
    const watch = new Stopwatch()
    for (const batch of keys.batches) {
      const column = from === 'in place' ? kernel.keys : batch
      if (from === 'in place') {
        column.bytes.set(batch.bytes)
        column.offsets.set(batch.offsets)
      }
      watch.time(() => kernel.raiseRegisters(registers, column, keysIn(batch)))
    }
    assert.deepEqual(registers, registersOf(keys))
    return watch.laps
  }
  return { name: `${kind} kernel, hll registers, ids ${from}`, run }
}

const proven = new WeakMap<KeyBatches, Uint8Array>()

/** What the registers must be, from one key at a time. */
function registersOf(keys: KeyBatches): Uint8Array {
  const known = proven.get(keys)
  if (known) return known
  const registers = new RegisterArray(PRECISION)
  const hash = new Uint32Array(4)
  for (const { bytes, offsets } of keys.batches) {
    for (let i = 1; i < offsets.length; i++) {
      murmur3x64128(bytes, offsets[i - 1]!, offsets[i]!, HASH_SEED, hash)
      registers.add(hash[0]!, hash[2]!, hash[3]!)
    }
  }
  proven.set(keys, registers.values)
  return registers.values
}

/** A kernel into a sketch. */
export function kernelInto(kind: SketchKind, kernelKind: HashKernelKind): Contestant {
  const kernel = createHashKernel(kernelKind)
  const run = (keys: KeyBatches): readonly number[] => {
    const sketch = createSketch(kind, PRECISION)
    const watch = new Stopwatch()
    for (const batch of keys.batches) {
      watch.time(() => kernel.addKeys(sketch, batch, keysIn(batch)))
    }
    const { low, high } = sketch.estimate(0.997)
    assert.ok(low <= keys.count && keys.count <= high, `${kind}: ${keys.count} in ${low} … ${high}`)
    return watch.laps
  }
  return { name: `${kernelKind} kernel into a sketch: ${kind}`, run }
}

/** Strings are ready before the time starts: what a peer takes is not its fault. */
export function peerCounter(
  name: string,
  make: () => { add(key: string): void; count(): number }
): Contestant {
  const run = (keys: KeyBatches): readonly number[] => {
    const counter = make()
    const watch = new Stopwatch()
    for (const batch of keys.batches) {
      const strings = keys.strings(batch)
      watch.time(() => {
        for (const id of strings) counter.add(id)
      })
    }
    const error = counter.count() / keys.count - 1
    assert.ok(Math.abs(error) < 0.1, `${name} is ${error} off`)
    return watch.laps
  }
  return { name: `${name}, strings ready`, run }
}

/** The exact answer everybody starts with. The strings are made as they come: it has to keep them. */
export function stringSet(): Contestant {
  const run = (keys: KeyBatches): readonly number[] => {
    const set = new Set<string>()
    const watch = new Stopwatch()
    for (const batch of keys.batches) {
      watch.time(() => {
        for (const id of keys.strings(batch)) set.add(id)
      })
    }
    assert.equal(set.size, keys.count)
    return watch.laps
  }
  return { name: 'Set of strings, made from the bytes', run }
}
