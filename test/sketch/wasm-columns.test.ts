import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileModule, instantiate } from '../../src/core/web-assembly.ts'
import { registerValueOf } from '../../src/sketch/coupon.ts'
import { hashKernelBase64 } from '../../src/sketch/hash-kernel-module.ts'
import { isState, stateOf, ULL_STATES, unite } from '../../src/sketch/ull-register.ts'
import { type HashExports, WasmColumns } from '../../src/sketch/wasm-columns.ts'

const columns = new WasmColumns(instantiate(compileModule(hashKernelBase64)) as HashExports)

test('every value raises every state of an UltraLogLog register as the union does', () => {
  for (let zeros = 0; zeros <= 64; zeros++) {
    columns.h2hi[0] = zeros < 32 ? 2 ** (31 - zeros) : 0
    columns.h2lo[0] = zeros >= 32 && zeros < 64 ? 2 ** (63 - zeros) : 0
    const value = registerValueOf(columns.h2lo[0]!, columns.h2hi[0]!)
    for (let state = 0; state < ULL_STATES; state++) {
      if (!isState(state)) continue
      const states = new Uint8Array(16)
      states[5] = state
      columns.h1lo[0] = 5 + 16 * zeros
      const after = unite(state, stateOf(value))
      assert.equal(columns.raiseStates(states, 0, 1), after !== state)
      assert.equal(states[5], after, `state ${state}, value ${value}`)
      assert.equal(
        states.findIndex((each, slot) => each !== 0 && slot !== 5),
        -1
      )
    }
  }
})

test('rows are listed by the upper word of their entry, the threshold itself included', () => {
  const highs = [0, 1, 2, 3, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fffe, 0xffff_ffff]
  columns.h1hi.set(highs, 10)
  for (const thetaHigh of [0, 1, 0x3fff_ffff, 0x4000_0000, 0x7fff_fffe, 0x7fff_ffff]) {
    const count = columns.listBelow(thetaHigh, 10, 10 + highs.length)
    const expected = highs.flatMap((high, i) => (high >>> 1 <= thetaHigh ? [10 + i] : []))
    assert.deepEqual([...columns.listed.subarray(0, count)], expected)
    assert.equal(columns.listBelow(thetaHigh, 12, 12), 0)
  }
})
