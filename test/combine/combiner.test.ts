import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Combiner } from '../../src/combine/combiner.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { createExtractor } from '../../src/extract/create.ts'

const T = 1_468_244_400

function combiner(position = 0, clockState?: Uint8Array): Combiner {
  const sketch = { sketch: 'exact', precision: 14, waitMs: 5_000, mask: 1 } as const
  const options = { source: 's', partition: 0, partitions: 1, ...sketch }
  return new Combiner(options, position, clockState)
}

function feed(target: Combiner, lines: readonly string[]): void {
  const extractor = createExtractor({ key: 'uid', time: 'ts' })
  extractor.nextLine = target.position
  const bytes = utf8(`${lines.join('\n')}\n`)
  extractor.lines(bytes, 0, bytes.length, true)
  target.take(extractor.columns, bytes)
  target.advance(extractor.nextLine)
}

const frame = (ts: number, uid: string) => JSON.stringify({ ts, uid })

test('a flush has one partial a pane, the range, and the sums close', () => {
  const stage = combiner()
  feed(stage, [frame(T, 'a'), frame(T + 61, 'a'), 'broken', frame(T + 1, 'b'), frame(T + 62, 'a')])
  const { partials, mark, rejects } = stage.flush('behind')
  assert.deepEqual(
    partials.map(({ start, frames, late, sketch }) => [
      start / 1_000 - T,
      frames,
      late,
      sketch.entries
    ]),
    [
      [0, 2, 1, 2],
      [60, 2, 0, 1]
    ]
  )
  assert.deepEqual([mark.range.from, mark.range.to, mark.clock], [0, 5, (T + 62) * 1_000])
  assert.deepEqual([mark.accounting.read, mark.accounting.counted, mark.accounting.late], [5, 4, 1])
  assert.deepEqual(
    rejects.map(({ offset, reason }) => [offset, reason]),
    [[2, 'bad-json']]
  )
})

test('after a flush it remembers the clock and nothing else', () => {
  const stage = combiner()
  feed(stage, [frame(T + 100, 'a')])
  stage.flush('behind')
  assert.equal(stage.hasNews('behind'), false)
  assert.equal(stage.hasNews('idle'), true)
  feed(stage, [frame(T, 'a')])
  const { partials, mark } = stage.flush('at-end')
  assert.deepEqual([partials[0]?.frames, partials[0]?.late], [1, 1])
  assert.deepEqual([mark.range.from, mark.range.to, mark.state], [1, 2, 'at-end'])
})

test('a taken over clock gives the same verdicts as one that ran on', () => {
  const first = combiner()
  feed(first, [frame(T + 100, 'a')])
  const { mark } = first.flush('behind')
  const second = combiner(mark.range.to, mark.clockState)
  for (const stage of [first, second]) feed(stage, [frame(T, 'b'), frame(T + 99, 'c')])
  const [ranOn, takenOver] = [first.flush('behind'), second.flush('behind')]
  assert.equal(takenOver.mark.accounting.late, 1)
  assert.deepEqual(takenOver.mark, ranOn.mark)
})
