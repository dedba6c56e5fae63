import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Arena } from '../../src/core/arena.ts'
import { Random } from '../../src/core/random.ts'
import { type Codec, compress, decompress } from '../../src/kafka/batch/codecs.ts'
import { KeptZlib } from '../../src/kafka/batch/kept-zlib.ts'
import { UnpackKernel } from '../../src/kafka/batch/unpack-kernel.ts'
import { Unpacker } from '../../src/kafka/batch/unpacker.ts'
import { lz4Block, lz4Frame, type Sequence, unpackSequences } from './lz4-frames.ts'

const RUNS = Number(process.env.HEADCOUNT_RUNS ?? 200)
const MB = 1_048_576
const MAX = 64 * MB
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const satisfies Codec[]
/** What the kernel may touch behind its room, and what it reads at most behind its input. */
const OVERRUN = 64

function makeArena(): Arena {
  const arena = Arena.create(40 * MB)
  assert.ok(arena !== undefined, 'this Node has WASM')
  return arena
}

const arena = makeArena()
const unpacker = new Unpacker(arena)
const inbox = roomOf(arena, 4 * MB)

function roomOf(of: Arena, bytes: number): Buffer {
  const room = of.take(bytes)
  assert.ok(room !== undefined)
  return Buffer.from(room.buffer, room.byteOffset, room.length)
}

/** The bytes where a socket would have put them. */
function received(bytes: Buffer): Buffer {
  bytes.copy(inbox)
  return inbox.subarray(0, bytes.length)
}

/** Frames, so that there is much to match. */
function someFrames(bytes: number, seed: number): Buffer {
  const random = new Random(seed)
  const lines: string[] = []
  for (let size = 0; size < bytes; size += lines.at(-1)!.length) {
    const uid = random
      .uint32()
      .toString(16)
      .repeat(1 + (random.uint32() % 3))
    lines.push(
      `{"ts":${1_468_244_384 + (random.uint32() % 999)},"uid":"${uid}","a":[{"b":null}]}\n`
    )
  }
  return Buffer.from(lines.join('')).subarray(0, bytes)
}

/** What a way of unpacking makes of bytes: theirs, nothing since it is too much, or an error. */
function outcome(unpack: typeof decompress, codec: Codec, packed: Buffer, max = MAX): unknown {
  try {
    const bytes = unpack(codec, packed, max)
    return bytes && Buffer.from(bytes)
  } catch (error) {
    return String(error)
  }
}

for (const codec of CODECS) {
  test(`${codec}: comes back in the arena, from inside and from outside of it`, () => {
    for (const size of [0, 1, 15, 16, 17, 100, 65_536, 65_537, 300_000]) {
      const bytes = someFrames(size, size)
      const packed = compress(codec, bytes)
      for (const from of [packed, received(packed)]) {
        const back = unpacker.unpack(codec, from, MAX)!
        assert.ok(back.equals(bytes), `${size} bytes`)
        assert.equal(back.buffer, arena.buffer)
      }
    }
  })

  test(`${codec}: damage ends as it does in the library, and the next batch is fine`, () => {
    const bytes = someFrames(3_000, 7)
    const packed = compress(codec, bytes)
    const damage = fc.record({
      at: fc.nat(packed.length - 1),
      bit: fc.nat(7),
      cut: fc.option(fc.nat(packed.length), { nil: packed.length }),
      isInside: fc.boolean()
    })
    fc.assert(
      fc.property(damage, ({ at, bit, cut, isInside }) => {
        const damaged = Buffer.from(packed)
        damaged[at]! ^= 1 << bit
        const from = damaged.subarray(0, cut)
        const wanted = outcome(decompress, codec, from)
        assert.deepEqual(outcome(unpacker.unpack, codec, isInside ? received(from) : from), wanted)
        assert.ok(unpacker.unpack(codec, packed, MAX)!.equals(bytes))
      }),
      { numRuns: RUNS }
    )
  })

  test(`${codec}: what is more than is kept, or than is allowed, goes the way of the library`, () => {
    const large = compress(codec, Buffer.alloc(17 * MB, 'abc'))
    const back = unpacker.unpack(codec, large, MAX)
    assert.equal(back?.length, 17 * MB)
    assert.notEqual(back.buffer, arena.buffer)
    const small = compress(codec, someFrames(5_000, 1))
    assert.equal(unpacker.unpack(codec, small, 4_999), undefined)
    assert.equal(unpacker.unpack(codec, small, MAX)?.length, 5_000)
  })
}

test('without an arena everything goes the way of the library', () => {
  const plain = new Unpacker(undefined)
  for (const codec of ['none', ...CODECS] as const) {
    const packed = compress(codec, Buffer.from('{"uid":"a"}'))
    assert.equal(plain.unpack(codec, packed, MAX)?.toString(), '{"uid":"a"}')
  }
})

test('gzip of several members is read whole', () => {
  const two = Buffer.concat([gzipSync('one'), gzipSync('two')])
  assert.equal(unpacker.unpack('gzip', two, MAX)?.toString(), 'onetwo')
})

test("this Node's zlib has inside what is used of it", () => {
  assert.ok(KeptZlib.create('gzip') !== undefined)
  assert.ok(KeptZlib.create('zstd') !== undefined)
})

test('snappy in the dress of the Java client is read in place', () => {
  const parts = [someFrames(40_000, 1), Buffer.alloc(0), someFrames(32_768, 2)]
  const blocks = parts.flatMap(part => {
    const packed = compress('snappy', part)
    const size = Buffer.alloc(4)
    size.writeUInt32BE(packed.length)
    return [size, packed]
  })
  const header = Buffer.from('82534e41505059000000000100000001', 'hex')
  const framed = Buffer.concat([header, ...blocks])
  for (const packed of [framed, received(framed)]) {
    const back = unpacker.unpack('snappy', packed, MAX)!
    assert.ok(back.equals(Buffer.concat(parts)))
    assert.equal(back.buffer, arena.buffer)
  }
  const cut = framed.subarray(0, framed.length - 1)
  assert.throws(() => unpacker.unpack('snappy', cut, MAX))
})

const sequences = fc.array(
  fc.record({
    literals: fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.uint8Array({ minLength: 200, maxLength: 600 })
    ),
    distance: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 65_535 })),
    length: fc.oneof(fc.integer({ min: 4, max: 40 }), fc.integer({ min: 4, max: 2_000 }))
  }),
  { maxLength: 12 }
)
const lz4Content = fc.record({
  blocks: fc.array(
    fc.record({ sequences, last: fc.uint8Array({ maxLength: 30 }), stored: fc.boolean() }),
    { maxLength: 4 }
  ),
  alone: fc.boolean(),
  sized: fc.boolean(),
  summed: fc.boolean(),
  blocksSummed: fc.boolean(),
  isInside: fc.boolean()
})

test('lz4: any frame is what its sequences say, blocks alone or not, with any checksums', () => {
  const kernel = UnpackKernel.create(arena)!
  const room = roomOf(arena, MB)
  fc.assert(
    fc.property(lz4Content, ({ blocks, isInside, ...flags }) => {
      let content = Buffer.alloc(0)
      const written = blocks.map(block => {
        const last = Buffer.from(block.last)
        if (block.stored) {
          content = Buffer.concat([content, last])
          return { bytes: last, stored: true }
        }
        const before = flags.alone ? Buffer.alloc(0) : content
        const reachable = reach(before.length, block.sequences)
        content = Buffer.concat([content, unpackSequences(before, reachable, last)])
        return { bytes: lz4Block(reachable, last) }
      })
      // A block of no bytes that is stored would be the end.
      const some = written.filter(({ bytes, stored }) => !stored || bytes.length > 0)
      const frame = lz4Frame({ ...flags, blocks: some, content })
      const packed = isInside ? received(frame) : frame
      assert.equal(kernel.unpack('lz4', packed, room), content.length)
      assert.ok(room.subarray(0, content.length).equals(content))
    }),
    { numRuns: RUNS }
  )
})

/** The sequences with distances to where there is something. */
function reach(
  before: number,
  all: readonly { literals: Uint8Array; distance: number; length: number }[]
): Sequence[] {
  let at = before
  return all.flatMap(({ literals, distance, length }) => {
    at += literals.length
    if (at === 0) return []
    const near = 1 + ((distance - 1) % Math.min(at, 65_535))
    at += length
    return [{ literals: Buffer.from(literals), distance: near, length }]
  })
}

test('lz4: a wrong checksum of header, block or content, or a wrong size, is left to the library', () => {
  const kernel = UnpackKernel.create(arena)!
  const room = roomOf(arena, MB)
  const content = Buffer.from('some text that is stored')
  const blocks = [{ bytes: content, stored: true }]
  const all = { sized: true, summed: true, blocksSummed: true, alone: true }
  const frame = lz4Frame({ ...all, blocks, content })
  assert.equal(kernel.unpack('lz4', frame, room), content.length)
  assert.equal(decompress('lz4', frame, MAX)?.toString(), content.toString())
  for (let at = 0; at < frame.length; at++) {
    const damaged = Buffer.from(frame)
    damaged[at]! ^= 1
    assert.equal(kernel.unpack('lz4', damaged, room), undefined, `byte ${at}`)
  }
})

for (const codec of ['lz4', 'snappy'] as const) {
  test(`${codec}: whatever the bytes are, nothing outside of the room is written`, () => {
    const own = makeArena()
    const kernel = UnpackKernel.create(own)!
    const before = roomOf(own, 65_536)
    const room = roomOf(own, 65_536)
    const input = roomOf(own, 65_536)
    const packed = compress(codec, someFrames(50_000, 3))
    const around = Buffer.from(own.buffer)
    const hostile = fc.record({
      head: fc.oneof(fc.constant(packed), fc.constant(lz4Header())),
      keep: fc.nat(200),
      tail: fc.uint8Array({ minLength: 1, maxLength: 400 }),
      roomBytes: fc.nat(2_000),
      isInside: fc.boolean()
    })
    fc.assert(
      fc.property(hostile, ({ head, keep, tail, roomBytes, isInside }) => {
        const bytes = Buffer.concat([head.subarray(0, keep), tail])
        const small = room.subarray(0, roomBytes)
        before.fill(0xaa)
        room.fill(0xaa)
        bytes.copy(input)
        const from = isInside ? input.subarray(0, bytes.length) : bytes
        const size = kernel.unpack(codec, from, small)
        assert.ok(size === undefined || size <= roomBytes)
        assert.ok(before.every(byte => byte === 0xaa))
        assert.ok(room.subarray(roomBytes + OVERRUN).every(byte => byte === 0xaa))
        const behind = around.subarray(room.byteOffset + room.length + OVERRUN, input.byteOffset)
        assert.ok(behind.every(byte => byte === 0))
        assert.ok(input.subarray(0, bytes.length).equals(bytes))
      }),
      { numRuns: RUNS }
    )
  })
}

/** A frame's beginning, up to a block that claims as much as it likes. */
function lz4Header(): Buffer {
  const whole = lz4Frame({ blocks: [], alone: false, content: Buffer.alloc(0) })
  return Buffer.concat([whole.subarray(0, 7), Buffer.from([0x80, 1, 0, 0])])
}
