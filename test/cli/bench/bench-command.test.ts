import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ended, freshFolder, headcount, startHeadcount } from '../child.ts'

const folder = freshFolder()
after(() => folder[Symbol.dispose]())
const frames = Array.from(
  { length: 400 },
  (_, i) => `{"ts":${1_468_244_400 + i},"uid":"u${i % 70}"}\n`
)
writeFileSync(join(folder.path, 'frames.jsonl'), frames.join(''))
writeFileSync(join(folder.path, 'empty.jsonl'), '')
const run = (...args: string[]) => headcount(['bench', ...args], { folder: folder.path })

test('headcount bench measures a pipe, stage by stage, in lines of JSON', async () => {
  const child = startHeadcount(['bench', '-k', 'uid', '-w', '1m,1h'], { folder: folder.path })
  child.stdin.write(frames.join(''))
  const { status, stdout, stderr } = await ended(child)
  assert.deepEqual([status, stderr], [0, ''])
  const [sample, ...rows] = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.deepEqual([sample.name, sample.frames, sample.counted], ['standard input', 400, 400])
  assert.deepEqual(
    rows.map(({ stage }) => stage),
    ['extract', 'hash', 'clock', 'sketch', 'merge', 'emit', 'sum', 'whole']
  )
})

test('headcount bench names what is wrong before it measures', async () => {
  const cases: [string[], number, RegExp][] = [
    [['-k', 'uid', 'empty.jsonl'], 1, /no frames in empty\.jsonl.*\[sample-empty]/],
    [['-k', 'user', 'frames.jsonl'], 1, /\[nothing-counted]/],
    [['-k', 'uid', 'gone.jsonl'], 1, /\[input-missing]/],
    [['frames.jsonl'], 2, /--key.*\[option-missing]/],
    [
      ['-k', 'uid', '--sample', '9GB', 'frames.jsonl'],
      2,
      /--sample.*a size from .*\[option-value]/
    ],
    [['-k', 'uid', '-t', 'events', 'frames.jsonl'], 2, /\[option-conflict]/]
  ]
  await Promise.all(
    cases.map(async ([args, status, message]) => {
      const answer = await run(...args)
      assert.deepEqual([answer.status, answer.stdout], [status, ''], answer.stderr)
      assert.match(answer.stderr, message)
    })
  )
})
