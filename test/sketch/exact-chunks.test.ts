import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../src/core/limits.ts'
import { sketchChunks } from '../../src/sketch/chunks.ts'
import { createSketch } from '../../src/sketch/create.ts'
import { wrapSketch } from '../../src/sketch/envelope.ts'
import { ExactSketch } from '../../src/sketch/exact-sketch.ts'
import { mergeSketches } from '../../src/sketch/merge.ts'
import { CHUNK_ENTRIES_MAX } from '../../src/sketch/partition-counts.ts'
import type { Sketch } from '../../src/sketch/sketch.ts'
import { randomHashes, sketchOf } from './hash-columns.ts'

const hashes = randomHashes(260_000, 5)

function exactOf(from: number, to: number): ExactSketch {
  const sketch = sketchOf('exact', 14, hashes, from, to)
  assert.ok(sketch instanceof ExactSketch)
  return sketch
}

function merged(chunks: Iterable<Uint8Array>): Sketch {
  let sketch: Sketch = createSketch('exact', 14)
  for (const chunk of chunks) sketch = mergeSketches(sketch, wrapSketch(chunk))
  return sketch
}

test('chunks stay within their limit, come back as the set, and ignore the order they came in', () => {
  for (const size of [0, 1, CHUNK_ENTRIES_MAX, CHUNK_ENTRIES_MAX + 1, 120_000, 260_000]) {
    const chunks = sketchChunks(exactOf(0, size))
    for (const chunk of chunks) assert.ok(chunk.length <= limits.exactChunkBytesMax)
    assert.equal(chunks.length, 2 ** Math.round(Math.log2(chunks.length)))
    const back = merged(chunks.toReversed())
    assert.equal(back.entries, size)
    assert.deepEqual(sketchChunks(back), chunks)
  }
  assert.equal(sketchChunks(exactOf(0, CHUNK_ENTRIES_MAX)).length, 1)
  assert.ok(sketchChunks(exactOf(0, CHUNK_ENTRIES_MAX + 1)).length > 1)
})

test('one envelope of everything is the same set', () => {
  const sketch = exactOf(0, 100_000)
  const back = wrapSketch(sketch.serialize())
  assert.deepEqual(sketchChunks(back), sketchChunks(sketch))
})

test('other sketches are one chunk', () => {
  const sketch = sketchOf('adaptive', 14, hashes)
  assert.deepEqual(sketchChunks(sketch), [sketch.serialize()])
})

test('only chunks that changed since they were stored are written again', () => {
  const sketch = exactOf(0, 200_000)
  const all = sketch.chunks('all')
  assert.deepEqual(sketch.chunks('changed'), all)
  sketch.markStored()
  assert.deepEqual(sketch.chunks('changed'), [])
  sketch.addColumns(hashes, 0, 50_000)
  assert.deepEqual(sketch.chunks('changed'), [], 'known keys change nothing')
  sketch.addColumns(hashes, 200_000, 200_001)
  const changed = sketch.chunks('changed')
  assert.equal(changed.length, 1)
  const [{ index, bytes }] = changed as [(typeof changed)[number]]
  const stored = all.map(chunk => (chunk.index === index ? bytes : chunk.bytes))
  assert.deepEqual(sketchChunks(sketch), stored)
})

test('a small set is one chunk, written when it changed', () => {
  const sketch = exactOf(0, 10)
  assert.equal(sketch.chunks('changed').length, 1)
  sketch.markStored()
  assert.equal(sketch.chunks('changed').length, 0)
  sketch.addColumns(hashes, 10, 11)
  assert.equal(sketch.chunks('changed').length, 1)
  sketch.markStored()
  mergeSketches(sketch, createSketch('exact', 12))
  assert.equal(sketch.chunks('changed').length, 1, 'each chunk names the precision')
  sketch.clear()
  assert.equal(sketch.chunks('changed').length, 1)
})

test('when a set splits further, everything is written, and a crash on the way loses nothing', () => {
  const sketch = exactOf(0, 50_000)
  const stored = new Map(sketch.chunks('changed').map(chunk => [chunk.index, chunk.bytes]))
  const before = sketch.chunkCount
  sketch.markStored()
  sketch.addColumns(hashes, 50_000, 250_000)
  assert.ok(sketch.chunkCount >= before * 4)
  const changed = sketch.chunks('changed')
  assert.equal(changed.length, sketch.chunkCount)
  for (const { index, bytes } of changed.toReversed()) {
    stored.set(index, bytes)
    if (index % 3 === 0) assert.ok(holds(merged(stored.values()), exactOf(0, 50_000)))
  }
  assert.deepEqual(merged(stored.values()).serialize(), sketch.serialize())
})

function holds(sketch: Sketch, part: Sketch): boolean {
  const before = sketch.entries
  return mergeSketches(sketch, part).entries === before
}
