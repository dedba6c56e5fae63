import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createHashKernel } from '../../src/sketch/index.ts'
import * as facade from '../../src/sketch/wasm-memory.ts'
import * as kernel from '../../wasm/memory-layout.ts'
import { hashKernelConformance } from '../conformance/hash-kernel.conformance.ts'

const CONFIG = '../../wasm/asconfig.json'

hashKernelConformance('plain', () => createHashKernel('plain'))
hashKernelConformance('wasm', () => createHashKernel('wasm'))

test('facade and kernel have the same memory layout, without overlaps', () => {
  const { PAGES, ...layout } = kernel
  assert.deepEqual({ ...facade }, layout)
  const { options } = JSON.parse(readFileSync(new URL(CONFIG, import.meta.url), 'utf8'))
  assert.deepEqual([options.initialMemory, options.maximumMemory], [PAGES, PAGES])
  const pageBytes = 65_536
  const registersMax = 2 ** 18
  assert.ok(kernel.OFFSETS_AT + (kernel.KEYS_MAX + 1) * 4 <= kernel.COLUMNS_AT)
  assert.ok(kernel.COLUMNS_AT + kernel.KEYS_MAX * 16 <= kernel.REGISTERS_AT)
  assert.ok(kernel.REGISTERS_AT + registersMax <= kernel.OTHERS_AT)
  assert.ok(kernel.OTHERS_AT + registersMax <= kernel.BYTES_AT)
  assert.ok(kernel.BYTES_AT + kernel.BYTES_MAX + 15 <= PAGES * pageBytes)
})

test('the kernel is chosen once: WASM where it runs, plain where it does not, or as told', () => {
  assert.equal(createHashKernel().kind, 'wasm')
  assert.equal(createHashKernel('plain').kind, 'plain')
  const { WebAssembly: real } = globalThis as { WebAssembly?: unknown }
  Object.assign(globalThis, { WebAssembly: undefined })
  try {
    assert.equal(createHashKernel().kind, 'plain')
    assert.throws(() => createHashKernel('wasm'), { code: 'kernel-missing' })
  } finally {
    Object.assign(globalThis, { WebAssembly: real })
  }
})

test('kernels share no memory', () => {
  const [one, two] = [createHashKernel('wasm'), createHashKernel('wasm')]
  one.keys.bytes.fill(7)
  assert.ok(two.keys.bytes.every(byte => byte === 0))
})
