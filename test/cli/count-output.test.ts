import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { type Ended, ended, freshFolder, startHeadcount } from './child.ts'

const T = 1_468_244_400
const DAY = 86_400
const COUNTRIES = ['CH', 'DE', null, '=x']

const frames = (day: number, count: number): string =>
  Array.from({ length: count }, (_, i) => {
    const country = COUNTRIES[i % COUNTRIES.length]
    return `${JSON.stringify({ ts: T + day * DAY + Math.floor(i / 20), uid: `u${i % 700}`, country })}\n`
  }).join('')

describe('what headcount count puts out', { concurrency: 2 }, () => {
  const folder = freshFolder()
  after(() => folder[Symbol.dispose]())
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder.path, name), content)
    return name
  }
  const start = (...args: string[]) =>
    startHeadcount(['count', '-k', 'uid', ...args], { folder: folder.path })
  const count = (...args: string[]): Promise<Ended> => ended(start(...args))

  it('has a column for each group field, and names the total', async () => {
    const path = file('groups.jsonl', frames(0, 2_800))
    const groups = ['-w', '1h', '--by', 'country', '--total', '--format']
    const csv = await count(...groups, 'csv', path)
    assert.equal(csv.status, 0, csv.stderr)
    const lines = csv.stdout.trimEnd().split('\n')
    assert.deepEqual(lines.map(line => line.split(',').slice(3, 6).join(',')).sort(), [
      'group,country,uniques',
      'total,,700',
      "values,'=x,175",
      'values,,175',
      'values,CH,175',
      'values,DE,175'
    ])
    const jsonl = await count(...groups, 'jsonl', path)
    const records = jsonl.stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line).group)
    for (const country of COUNTRIES) assert.ok(records.some(group => group?.country === country))
    assert.ok(records.includes(null))
  })

  it('shows local times in a table, UTC elsewhere', async () => {
    const path = file('zone.jsonl', frames(0, 20))
    const table = await count('-w', '1d', '--zone', 'Europe/Zurich', '--format', 'table', path)
    assert.match(table.stdout, /\n1d +2016-07-11T00:00\+02:00 +20 /)
    const csv = await count('-w', '1d', '--zone', 'Europe/Zurich', '--format', 'csv', path)
    assert.match(csv.stdout, /\n1d,2016-07-10T22:00:00Z,2016-07-11T22:00:00Z,20,/)
  })

  it('ends with status 1 when files stand in another order than their times, with the cure', async () => {
    const path = file('disorder.jsonl', frames(10, 1_000) + frames(2, 500))
    const { status, stderr } = await count('-w', '1m,1d', path)
    assert.equal(status, 1)
    assert.match(stderr, /\n1m: 500 frames came too late .*--keep 1m=30d\n$/)
    const cured = await count('-w', '1m,1d', '--keep', '1m=30d', path)
    assert.equal(cured.status, 0)
    assert.match(cured.stderr, /: 1500 counted, 500 of them late, 0 rejected\n$/)
  })

  it('prints a plan and reads nothing', async () => {
    const sizes = ['-w', '1m,1h,1d', '--by', 'country']
    const plan = await count(...sizes, '--plan', 'groups=50,users=500,1d=20000', 'never-read.jsonl')
    assert.equal(plan.status, 0, plan.stderr)
    assert.match(plan.stdout, /^50 groups, adaptive sketches/)
    assert.match(plan.stdout, /\nchangelog +\S+ kB\/s /)
    const wrong = await count(...sizes, '--plan', 'groups=50')
    assert.deepEqual([wrong.status, wrong.stdout], [2, ''])
    assert.match(wrong.stderr, /--plan: groups=50 is not .*\[option-value]/)
    const ungrouped = await count('--plan', 'groups=50,users=500')
    assert.match(ungrouped.stderr, /--by is needed for more than one group \[option-missing]/)
  })

  it('serves metrics while it counts, when it is asked to', async () => {
    const child = start('--metrics-port', '0', '--flush-every', '1ms', '--format', 'csv')
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text
    })
    child.stdin.write(frames(0, 2_000))
    await once(child.stdout, 'data')
    const address = /metrics on (http:\/\/127\.0\.0\.1:\d+)\/metrics\n/.exec(stderr)?.[1]
    const metrics = await (await fetch(`${address}/metrics`)).text()
    assert.match(metrics, /^headcount_results_total\{status="final"\} \d+$/m)
    assert.equal((await fetch(`${address}/readyz`)).status, 200)
    child.stdin.end()
    const [status] = await once(child, 'close')
    assert.equal(status, 0, stderr)
  })

  it('takes the port before it reads anything', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const path = file('unread.jsonl', frames(0, 20))
    const { status, stdout, stderr } = await count('--metrics-port', String(port), path)
    taken.close()
    assert.deepEqual([status, stdout], [1, ''])
    assert.match(
      stderr,
      /^headcount: cannot serve metrics on 127\.0\.0\.1:\d+: .*\[metrics-listen]/
    )
  })
})
