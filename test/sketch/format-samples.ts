import { readSketch, type SketchFormat } from '../../src/cli/sketch/sketch-format.ts'
import { writeDataSketchesHll } from '../../src/sketch/datasketches-hll.ts'
import { writeDataSketchesTheta } from '../../src/sketch/datasketches-theta.ts'
import { PostgresHll } from '../../src/sketch/postgres-hll.ts'
import type { PostgresParameters } from '../../src/sketch/postgres-parameters.ts'
import { RedisHll } from '../../src/sketch/redis-hll.ts'
import type { SketchKind } from '../../src/sketch/sketch.ts'
import type { ThetaSketch } from '../../src/sketch/theta-sketch.ts'
import { goldenFile } from './datasketches-files.ts'
import { sketchOf, userHashes } from './hash-columns.ts'

/** A valid sketch as bytes. */
export interface FormatSample {
  readonly name: string
  readonly format: SketchFormat
  readonly bytes: Uint8Array
}

const hashes = userHashes(3_000)
const keys = Array.from({ length: 2_000 }, (_, i) => Buffer.from(`user-${i}`))

/** Each form of each format that is read, small enough to be read a million times. */
export function formatSamples(): readonly FormatSample[] {
  return [...envelopes(), ...dataSketches(), ...redis(), ...postgres()].map(sample => {
    readSketch(sample.bytes, sample.format)
    return sample
  })
}

function envelopes(): FormatSample[] {
  const contents: readonly (readonly [SketchKind, number, number])[] = [
    ['exact', 12, 0],
    ['exact', 12, 90],
    ['adaptive', 9, 128],
    ['adaptive', 9, 129],
    ['adaptive', 6, 3_000],
    ['linear', 4, 0],
    ['linear', 8, 200],
    ['hll', 4, 1],
    ['hll', 8, 3_000],
    ['ull', 8, 64],
    ['ull', 8, 3_000],
    ['theta', 4, 0],
    ['theta', 7, 100],
    ['theta', 6, 3_000]
  ]
  return contents.map(([kind, precision, count]) => ({
    name: `${kind} of ${count}`,
    format: 'headcount',
    bytes: sketchOf(kind, precision, hashes, 0, count).serialize()
  }))
}

function dataSketches(): FormatSample[] {
  const registers = sketchOf('adaptive', 6, hashes)
  const sample = sketchOf('theta', 5, hashes) as ThetaSketch
  const hlls = ([4, 6, 8] as const).flatMap(bits => [
    { name: `HLL_${bits}`, bytes: writeDataSketchesHll(registers, bits) },
    { name: `HLL_${bits} list`, bytes: goldenFile(`hll${bits}-n1-java`) },
    { name: `HLL_${bits} set`, bytes: goldenFile(`hll${bits}-n10-java`) }
  ])
  const plain = ['theta-n0-java', 'theta-n1-java', 'theta-n10-java'].map(name => ({
    name,
    bytes: goldenFile(name)
  }))
  const compressed = [
    { name: 'theta compressed', bytes: goldenFile('theta-compressed-n10-java') },
    { name: 'theta compressed sample', bytes: writeDataSketchesTheta(sample, 'compressed') }
  ]
  plain.push({ name: 'theta sample', bytes: writeDataSketchesTheta(sample, 'plain') })
  return [
    ...hlls.map(each => ({ ...each, format: 'datasketches-hll8' as const })),
    ...plain.map(each => ({ ...each, format: 'datasketches-theta' as const })),
    ...compressed.map(each => ({ ...each, format: 'datasketches-theta-compressed' as const }))
  ]
}

function redis(): FormatSample[] {
  return [0, 30, 400, 2_000].flatMap(count => {
    const sketch = new RedisHll()
    for (const key of keys.slice(0, count)) sketch.addBytes(key)
    const forms = [{ name: `HYLL of ${count}`, bytes: sketch.serialize() }]
    if (count === 30) forms.push({ name: 'HYLL dense of 30', bytes: sketch.serialize(0) })
    return forms.map(each => ({ ...each, format: 'redis' as const }))
  })
}

function postgres(): FormatSample[] {
  const contents: readonly (readonly [string, Partial<PostgresParameters>, number])[] = [
    ['empty', {}, 0],
    ['explicit', {}, 40],
    ['explicit of few', { log2m: 5, regwidth: 3, expthresh: 8 }, 8],
    ['sparse', { expthresh: 0 }, 60],
    ['sparse of few', { log2m: 8, regwidth: 4, expthresh: 0 }, 20],
    ['full', {}, 2_000],
    ['full of few', { log2m: 6, regwidth: 5 }, 2_000],
    ['full of one bit', { log2m: 4, regwidth: 1, sparseon: false }, 30],
    ['full of seven bits', { log2m: 5, regwidth: 7, expthresh: 0, sparseon: false }, 9]
  ]
  return contents.map(([name, parameters, count]) => {
    const sketch = new PostgresHll(parameters)
    for (const key of keys.slice(0, count)) sketch.addBytes(key)
    return { name, format: 'postgresql-hll', bytes: sketch.serialize() }
  })
}
