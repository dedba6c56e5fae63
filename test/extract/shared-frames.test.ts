import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { createExtractor } from '../../src/extract/create.ts'
import { options, readLines } from './rows.ts'

const folder = new URL('../../../shared/data/frames/', import.meta.url)
const skip = existsSync(folder) ? false : 'the shared frames are not here'

interface Truth {
  frames: number
  distinct_uids: number
  minutes: { start: number; frames: number; uniques: number }[]
}

for (const name of ['ordered-10k', 'late-10k']) {
  test(`finds every key and minute of ${name}`, { skip }, () => {
    const truth = JSON.parse(readFileSync(new URL(`${name}.truth.json`, folder), 'utf8')) as Truth
    const frames = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, folder)))
    const cuts = Array.from({ length: frames.length >> 18 }, (_, i) => (i + 1) << 18)
    const rows = readLines(createExtractor(options), frames, cuts)
    assert.ok(rows.every(row => row.verdict === 'counted'))
    assert.equal(rows.length, truth.frames)
    assert.equal(new Set(rows.map(row => row.hash)).size, truth.distinct_uids)
    const minutes = Map.groupBy(rows, row => Math.floor(row.time! / 60_000) * 60)
    const found = [...minutes].map(([start, of]) => ({
      start,
      frames: of.length,
      uniques: new Set(of.map(row => row.hash)).size
    }))
    assert.deepEqual(
      found.sort((a, b) => a.start - b.start),
      truth.minutes
    )
  })
}
