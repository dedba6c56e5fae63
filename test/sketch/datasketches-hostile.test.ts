import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { readDataSketchesHll, writeDataSketchesHll } from '../../src/sketch/datasketches-hll.ts'
import {
  readDataSketchesTheta,
  writeDataSketchesTheta
} from '../../src/sketch/datasketches-theta.ts'
import type { ThetaSketch } from '../../src/sketch/theta-sketch.ts'
import { goldenFile } from './datasketches-files.ts'
import { sketchOf } from './hash-columns.ts'
import { integerHashes } from './integer-hashes.ts'

/** More rounds for a long run: HEADCOUNT_RUNS=100000. */
const ROUNDS = Number(process.env.HEADCOUNT_RUNS ?? 3_000)
const hashes = integerHashes(3_000)
const [WORDS, VERSION, FAMILY, LG_K, LG_ARR, FLAGS, DETAIL, MODE, COUNT] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8
]

const list = goldenFile('hll8-n1-java')
const set = goldenFile('hll6-n10-java')
const [hll4, hll6, hll8] = ([4, 6, 8] as const).map(bits =>
  writeDataSketchesHll(sketchOf('adaptive', 6, hashes), bits)
) as [Uint8Array, Uint8Array, Uint8Array]
const single = goldenFile('theta-n1-java')
const plain = goldenFile('theta-n10-java')
const compressed = goldenFile('theta-compressed-n10-java')
const estimating = sketchOf('theta', 5, hashes) as ThetaSketch
const plainEstimating = writeDataSketchesTheta(estimating, 'plain')
const compressedEstimating = writeDataSketchesTheta(estimating, 'compressed')

test('each wrong field of an HLL preamble is damage, and says which', () => {
  hllDamaged(changed(list, FAMILY, 3), /family is 3/)
  hllDamaged(changed(list, VERSION, 0), /version is 0/)
  hllDamaged(changed(list, LG_K, 3), /lgK is 3/)
  hllDamaged(changed(list, LG_K, 22), /lgK is 22/)
  hllDamaged(changed(list, MODE, 12), /type is 3/)
  hllDamaged(changed(list, MODE, 3), /mode is 3/)
  hllDamaged(changed(list, WORDS, 3), /mode is 0, of 3 words/)
  hllDamaged(changed(list, FLAGS, 4 | 8), /says otherwise/)
  hllDamaged(changed(goldenFile('hll8-n0-java'), FLAGS, 8), /says otherwise/)
  hllDamaged(changed(list, DETAIL, 2), /don't fit/)
  hllDamaged(changed(list, 11, 0), /out of range/)
  hllDamaged(changed(set, COUNT, 9), /bytes too many/)
  hllDamaged(changed(set, COUNT, 11), /don't fit/)
  hllDamaged(
    set.with(12, set[16]!).with(13, set[17]!).with(14, set[18]!).with(15, set[19]!),
    /twice/
  )
})

test('each wrong register is damage, and says which', () => {
  const [EXCEPTIONS, REGISTERS] = [36, 40]
  hllDamaged(changed(hll8, REGISTERS, 64), /a register is 64/)
  hllDamaged(changed(hll8, EXCEPTIONS, 1), /counts 1 exceptions/)
  hllDamaged(changed(hll8, LG_K, 7), /ends too early/)
  hllDamaged(changed(hll6, LG_K, 5), /bytes too many/)
  hllDamaged(changed(hll4, DETAIL, 64), /curMin is 64/)
  hllDamaged(changed(hll4, DETAIL, 63), /a register is \d+/)
  hllDamaged(changed(hll4, REGISTERS, 0xff), /exception is missing/)
  hllDamaged(hll8.slice().fill(0, REGISTERS), /are empty/)
  const foreign = new Uint8Array(hll4.length + 4)
  foreign.set(changed(hll4, EXCEPTIONS, hll4[EXCEPTIONS]! + 1))
  foreign[foreign.length - 1] = 0xfc
  hllDamaged(foreign, /an exception raises register 0 to 63/)
})

test('each wrong field of a theta sketch is damage, and says which', () => {
  const [SEED, THETA, ENTRY] = [6, 16, 16]
  thetaDamaged(changed(plain, FAMILY, 2), /family is 2/)
  thetaDamaged(changed(plain, VERSION, 2), /version is 2/)
  thetaDamaged(changed(plain, FLAGS, 2 | 8 | 16 | 1), /big-endian/)
  thetaDamaged(changed(plain, FLAGS, 2 | 16), /not compact/)
  thetaDamaged(changed(plain, SEED, 0), /another seed/)
  thetaDamaged(changed(plain, WORDS, 4), /4 words/)
  thetaDamaged(changed(plain, WORDS, 0), /0 words/)
  thetaDamaged(changed(plain, COUNT, 9), /bytes too many/)
  thetaDamaged(changed(plain, COUNT, 11), /ends too early/)
  thetaDamaged(changed(plain, ENTRY + 7, 0x7f), /do not ascend/)
  thetaDamaged(changed(plain, ENTRY + 15, 0xff), /not below theta|do not ascend/)
  thetaDamaged(changed(plainEstimating, THETA + 7, 0x80), /theta is out of range/)
  thetaDamaged(plainEstimating.slice().fill(0, THETA, THETA + 8), /theta is out of range/)
  thetaDamaged(changed(plainEstimating, THETA + 7, 0), /not below theta/)
  thetaDamaged(changed(goldenFile('theta-n0-java'), FLAGS, 2 | 8 | 16), /another seed/)
  thetaDamaged(Uint8Array.of(...goldenFile('theta-n0-java'), 0), /1 bytes too many/)
  thetaDamaged(single.slice(0, 8), /ends too early/)
})

test('each wrong field of a compressed theta sketch is damage, and says which', () => {
  const [WIDTH, COUNT_BYTES] = [LG_K, LG_ARR]
  thetaDamaged(changed(compressed, WORDS, 3), /3 words/)
  thetaDamaged(changed(compressed, COUNT_BYTES, 0), /0 bytes/)
  thetaDamaged(changed(compressed, COUNT_BYTES, 5), /5 bytes/)
  thetaDamaged(changed(compressed, WIDTH, 0), /take 0 bits/)
  thetaDamaged(changed(compressed, WIDTH, 64), /take 64 bits/)
  thetaDamaged(changed(compressed, compressed.length - 1, 0x1f), /not filled with zeros|bits/)
  const wider = new Uint8Array(compressed.length + 2)
  wider.set(changed(compressed, WIDTH, 63))
  thetaDamaged(wider)
})

test('newer versions are named', () => {
  for (const read of [readDataSketchesHll, readDataSketchesTheta]) {
    const bytes = changed(read === readDataSketchesHll ? list : plain, VERSION, 9)
    assert.throws(
      () => read(bytes),
      error => isFailure(error, 'format-version') && /version 9/.test(error.message)
    )
  }
})

test('a count that the bytes cannot hold is refused before room is made for it', () => {
  for (const bytes of [set, changed(set, FLAGS, 0)]) hllDamaged(bytes.slice().fill(0xff, 8, 12))
  hllDamaged(changed(hll4.slice().fill(0xff, 36, 40), FLAGS, 0))
  for (const mode of [2, 6, 10]) {
    hllDamaged(changed(changed(hll8, MODE, mode), LG_K, 21), /ends too early/)
  }
  for (const bytes of [plain, plainEstimating]) thetaDamaged(bytes.slice().fill(0xff, 8, 12))
  thetaDamaged(changed(compressed, LG_ARR, 4).fill(0xff, 8, 12), /ends too early/)
  thetaDamaged(changed(changed(compressed, LG_ARR, 4), LG_K, 0).fill(0xff, 8, 12), /take 0 bits/)
})

test('mutated sketches of DataSketches are a sketch that goes there and back, or a typed error', () => {
  const random = new Random(17)
  const hlls = [list, set, hll4, hll6, hll8]
  const thetas = [single, plain, compressed, plainEstimating, compressedEstimating]
  let valid = 0
  for (let round = 0; round < ROUNDS; round++) {
    valid += survives(() => {
      const sketch = readDataSketchesHll(mutated(hlls[round % 5]!, random))
      const again = readDataSketchesHll(writeDataSketchesHll(sketch, 4))
      assert.deepEqual(writeDataSketchesHll(again, 8), writeDataSketchesHll(sketch, 8))
    })
    valid += survives(() => {
      const sketch = readDataSketchesTheta(mutated(thetas[round % 5]!, random))
      const again = readDataSketchesTheta(writeDataSketchesTheta(sketch, 'compressed'))
      assert.deepEqual(again.serialize(), sketch.serialize())
      assert.ok(again.estimate(0.95).high >= again.estimate(0.95).low)
    })
  }
  assert.ok(valid > ROUNDS / 20, `${valid} mutations were valid`)
})

test('every cut is an error', () => {
  for (const bytes of [list, set, hll4, hll6, hll8]) {
    for (let length = 0; length < bytes.length; length++) hllDamaged(bytes.subarray(0, length))
  }
  for (const bytes of [single, plain, compressed, plainEstimating, compressedEstimating]) {
    for (let length = 0; length < bytes.length; length++) thetaDamaged(bytes.subarray(0, length))
  }
})

test('a sketch inside other bytes is read where it lies', () => {
  const around = new Uint8Array(plain.length + 11).fill(0xa5)
  around.set(plain, 5)
  const sketch = readDataSketchesTheta(around.subarray(5, 5 + plain.length))
  assert.deepEqual(sketch.serialize(), readDataSketchesTheta(plain).serialize())
})

function survives(read: () => void): number {
  try {
    read()
    return 1
  } catch (error) {
    if (!isFailure(error, 'format-damaged', 'format-version')) throw error
    return 0
  }
}

function mutated(base: Uint8Array, random: Random): Uint8Array {
  const cut = random.below(8) === 0 ? random.below(base.length) : base.length
  const bytes = base.slice(0, Math.max(cut, 8))
  for (let i = random.below(3); i >= 0; i--) {
    const at = random.below(3) === 0 ? random.below(8) : random.below(bytes.length)
    bytes[at] = random.below(3) === 0 ? 255 * random.below(2) : random.below(256)
  }
  return bytes
}

function changed(source: Uint8Array, at: number, value: number): Uint8Array {
  return source.slice().fill(value, at, at + 1)
}

function hllDamaged(bytes: Uint8Array, problem = /./): void {
  damaged(() => readDataSketchesHll(bytes), problem)
}

function thetaDamaged(bytes: Uint8Array, problem = /./): void {
  damaged(() => readDataSketchesTheta(bytes), problem)
}

function damaged(read: () => unknown, problem: RegExp): void {
  assert.throws(read, error => isFailure(error, 'format-damaged') && problem.test(error.message))
}
