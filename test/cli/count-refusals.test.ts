import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ended, freshFolder, startHeadcount } from './child.ts'

/** What is wrong, the code of the error, and what its cure says. */
type Case = readonly [args: string, code: string, cure: RegExp]

const sizes: readonly Case[] = [
  ['--window 1m,90s', 'window-size', /whole minutes/],
  ['--window 30d/1m', 'window-size', /longer step/],
  ['--window 1h/7m', 'window-size', /nearest that fit: 6m and 8m/],
  ['--window 0m', 'window-size', /use 1m/],
  ['--window 24h', 'window-size', /write 1d/],
  ['--window 400y', 'window-size', /1y/],
  ['--window soon', 'window-size', /1m, 5m/]
]

const times: readonly Case[] = [
  ['--zone Europe/Zuerich', 'window-zone', /did you mean Europe\/Zurich\?/],
  ['--zone Mars/Base', 'window-zone', /IANA/],
  ['--day-start 25:00', 'window-day-start', /05:00/],
  ['--week-start tuesday', 'option-value', /--week-start sunday/],
  ['--wait=-5s', 'option-value', /--wait 30s/],
  ['--max-jump=-1h', 'option-value', /--max-jump 1d/],
  ['--window 1m,1h --keep 1m=10s', 'window-keep', /keep them for 2h or longer/],
  ['--window 1h,1d --keep 1h=1h', 'window-keep', /leave 1d out/],
  ['--keep 5m=3d', 'window-keep', /--window/],
  ['--keep 1m', 'option-value', /--keep 1m=7d/],
  ['--keep 1m=-3d', 'option-value', /--keep 1m=7d/]
]

const fields: readonly Case[] = [
  ['--by a,b,c,d,e', 'field-count', /leave some of them out/],
  ['--by other', 'option-value', /--by country/],
  ['--where country', 'option-value', /--where type=login/],
  ['--where a.b.c=3', 'field-path', /one below it/],
  ['--key a.b.c', 'field-path', /one below it/],
  ['--key-type int', 'option-value', /--key-type int64/],
  ['--max-groups 0', 'option-value', /--max-groups/],
  ['--audit 2', 'option-value', /--audit 0\.01/],
  ['--max-state none', 'option-value', /--max-state/]
]

const topics: readonly Case[] = [
  ['--topic clicks,views', 'option-missing', /--app users/],
  ['--topic-pattern events-.*', 'option-missing', /--app users/],
  ['--topic-pattern events-( --app users', 'option-value', /--topic-pattern events-\.\*/],
  ['--topic clicks --topic-pattern events-.* --app users', 'option-conflict', /leave one/]
]

describe('what headcount count refuses before it reads anything', { concurrency: 2 }, () => {
  const folder = freshFolder()
  after(() => folder[Symbol.dispose]())
  const count = (...args: string[]) =>
    ended(startHeadcount(['count', '-k', 'uid', ...args], { folder: folder.path }))

  for (const [what, cases] of Object.entries({ sizes, times, fields, topics })) {
    it(`wrong ${what}: status 2, one line, and the cure`, async () => {
      for (const [args, code, cure] of cases) {
        const { status, stdout, stderr } = await count(
          ...args.split(' '),
          ...(cases === topics ? [] : ['never-read.jsonl'])
        )
        assert.deepEqual([status, stdout], [2, ''], `${args}: ${stderr}`)
        const said = /^headcount: [^\n]+ \[([a-z-]+)]\n {2}→ ([^\n]+)\n$/.exec(stderr)
        assert.equal(said?.[1], code, `${args}: ${stderr}`)
        assert.match(said[2]!, cure)
      }
    })
  }

  it('an offset to stop at, before a broker is asked', async () => {
    const { status, stderr } = await count('-t', 'events', '--until', '500', '-b', '127.0.0.1:1')
    assert.equal(status, 2)
    assert.match(stderr, /--until: 500 is not .*which every partition has \[option-value]\n/)
  })

  it('other options are judged before metrics are served', async () => {
    const { status, stderr } = await count('--metrics-port', '0', '-w', '7m', 'never-read.jsonl')
    assert.equal(status, 2)
    assert.match(stderr, /^headcount: 7m is not a window size/)
  })

  it('keys that are not of the type that was said, as soon as they are seen', async () => {
    const lines = Array.from({ length: 20 }, (_, i) => `{"uid":"u${i}","ts":1468244384}\n`)
    writeFileSync(join(folder.path, 'texts.jsonl'), lines.join(''))
    const { status, stdout, stderr } = await count('--key-type', 'int64', 'texts.jsonl')
    assert.deepEqual([status, stdout], [1, ''])
    assert.match(stderr, /20 bad-key.*\[nothing-counted]\n {2}→ .*uid.*no int64.*--key-type/s)
  })
})
