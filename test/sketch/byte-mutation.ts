import type { Random } from '../../src/core/random.ts'

/** Numbers at which lengths, counts and signs go wrong. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]

type Bytes = Uint8Array<ArrayBuffer>
type Mutation = (bytes: Bytes, random: Random, other: Uint8Array) => Bytes

const mutations: readonly Mutation[] = [
  changeByte,
  changeByte,
  changeByte,
  flipBit,
  flipBit,
  changeHead,
  changeHead,
  writeEdge,
  cut,
  lengthen,
  remove,
  repeat,
  splice
]

/** One to three changes of a copy: values, lengths, pieces, and pieces of another sketch. */
export function mutated(bytes: Uint8Array, other: Uint8Array, random: Random): Bytes {
  let made = Uint8Array.from(bytes)
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    if (made.length === 0) return lengthen(made, random)
    made = mutations[random.below(mutations.length)]!(made, random, other)
  }
  return made
}

function changeByte(bytes: Bytes, random: Random): Bytes {
  bytes[random.below(bytes.length)] = random.below(256)
  return bytes
}

function flipBit(bytes: Bytes, random: Random): Bytes {
  bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
  return bytes
}

/** The fields that decide about all others are at the start. */
function changeHead(bytes: Bytes, random: Random): Bytes {
  const at = random.below(Math.min(bytes.length, 24))
  bytes[at] = random.below(2) === 0 ? random.below(24) : random.below(256)
  return bytes
}

function writeEdge(bytes: Bytes, random: Random): Bytes {
  const edge = EDGES[random.below(EDGES.length)]!
  const at = random.below(bytes.length)
  for (let i = 0; i < 4 && at + i < bytes.length; i++) bytes[at + i] = edge >>> (8 * i)
  return bytes
}

function cut(bytes: Bytes, random: Random): Bytes {
  return bytes.slice(0, random.below(bytes.length))
}

function lengthen(bytes: Bytes, random: Random): Bytes {
  const more = Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256))
  return joined(bytes, more)
}

function remove(bytes: Bytes, random: Random): Bytes {
  const from = random.below(bytes.length)
  return joined(bytes.subarray(0, from), bytes.subarray(from + 1 + random.below(8)))
}

function repeat(bytes: Bytes, random: Random): Bytes {
  const from = random.below(bytes.length)
  return joined(bytes.subarray(0, from + 1 + random.below(8)), bytes.subarray(from))
}

function splice(bytes: Bytes, random: Random, other: Uint8Array): Bytes {
  return joined(
    bytes.subarray(0, random.below(bytes.length)),
    other.subarray(random.below(other.length + 1))
  )
}

function joined(left: Uint8Array, right: Uint8Array): Bytes {
  const all = new Uint8Array(left.length + right.length)
  all.set(left)
  all.set(right, left.length)
  return all
}
