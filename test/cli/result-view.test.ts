import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { LiveTable } from '../../src/cli/count/live-table.ts'
import { LineView, resultFormat, TableAtEnd } from '../../src/cli/count/result-view.ts'
import { StatusLine } from '../../src/cli/status-line.ts'
import { type Terminal, terminalOf } from '../../src/cli/terminal.ts'
import type { ResultRecord } from '../../src/result/result-record.ts'
import { RunReport } from '../../src/runtime/report.ts'
import { exampleRecord } from '../result/record-example.ts'

const ESC = '\u001b'

/** What a reader of standard output gets; with `isTTY` also what is drawn and taken away again. */
class Screen extends Writable {
  readonly isTTY: boolean
  readonly columns: number
  readonly rows = 40
  text = ''

  constructor(isTTY: boolean, columns = 200) {
    super()
    this.isTTY = isTTY
    this.columns = columns
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }

  /** Lines of the last drawing of the status. */
  drawn(): string[] {
    const last = this.text.lastIndexOf(`${ESC}[0J`)
    return this.text.slice(last < 0 ? 0 : last + 4).split('\n')
  }
}

function output(isTTY: boolean, columns?: number): { screen: Screen; terminal: Terminal } {
  const screen = new Screen(isTTY, columns)
  const stream = screen as unknown as NodeJS.WriteStream
  return { screen, terminal: terminalOf(stream, { NO_COLOR: '1' }, new StatusLine(stream)) }
}

const clock = { now: () => 1_000, sleep: async () => {} }

function minute(index: number, more: Partial<ResultRecord> = {}): ResultRecord {
  const time = (at: number): string => new Date(at * 60_000).toISOString().replace('.000', '')
  return { ...exampleRecord, start: time(index), end: time(index + 1), ...more }
}

describe('the live table', () => {
  const open = { status: 'provisional', closedBy: undefined } as unknown as Partial<ResultRecord>

  test('closed windows scroll past, open ones change below, with the lines of the run', async () => {
    const { screen, terminal } = output(true)
    const view = new LiveTable(terminal, clock, [])
    await view.show(minute(1, { ...open, uniques: 5 }))
    await view.show(minute(2, { ...open, uniques: 6 }))
    await view.show(minute(1, { uniques: 7 }))
    const report = new RunReport()
    report.accounting.late = 3
    view.tick(report)
    assert.match(screen.text.split('\n')[1]!, /T00:01:00Z +7 .*final \(watermark\)$/)
    const drawn = screen.drawn()
    assert.match(drawn.at(-4)!, /^window +start/)
    assert.match(drawn.at(-3)!, /T00:02:00Z +6 .*provisional$/)
    assert.match(drawn.at(-2)!, /^0 frames · /)
    assert.equal(drawn.at(-1), 'late 3')
    await view.end()
    assert.match(screen.text, /T00:02:00Z +6 .*provisional\n$/)
  })

  test('of many groups it shows the largest of the newest window, and says how many there are', async () => {
    const { screen, terminal } = output(true)
    const view = new LiveTable(terminal, clock, ['country'])
    for (let i = 0; i < 100; i++) {
      await view.show(minute(1, { ...open, uniques: i, group: { country: `c${i}` } }))
      await view.show(minute(2, { ...open, uniques: i, group: { country: `c${i}` } }))
    }
    view.tick(new RunReport())
    const drawn = screen.drawn()
    const rows = drawn.filter(line => line.includes('provisional'))
    assert.equal(rows.length, 12)
    assert.ok(rows.every(row => row.includes('T00:02:00Z')))
    assert.deepEqual(
      rows.map(row => /c\d+/.exec(row)![0]).sort(),
      rows.map((_, i) => `c${88 + i}`)
    )
    assert.ok(drawn.includes('… and 188 more open windows'))
    await view.end()
  })

  test('a wide text is cut at the width of the terminal, not behind it', async () => {
    const { screen, terminal } = output(true, 41)
    const view = new LiveTable(terminal, clock, ['city'])
    await view.show(minute(1, { ...open, group: { city: '東京都千代田区丸の内一丁目九番一号' } }))
    view.tick(new RunReport())
    const row = screen.drawn().find(line => line.includes('東'))!
    // 6 + 2 + 20 + 2 columns stand before the group; ten more fit, five wide characters.
    assert.ok(row.includes('東京都千代') && !row.includes('田'), row)
    await view.end()
  })
})

describe('the table at the end', () => {
  test('has the last word on each window, in order, in columns that fit', async () => {
    const { screen, terminal } = output(false)
    const view = new TableAtEnd(terminal, ['city'])
    await view.show(minute(2, { group: { city: 'Llanfairpwllgwyngyll' } }))
    await view.show(minute(1, { group: { city: 'Ur' } }))
    await view.show(minute(2, { group: { city: 'Llanfairpwllgwyngyll' }, revision: 3, uniques: 8 }))
    assert.equal(screen.text, '')
    await view.end()
    const [heading, ...rows] = screen.text.trimEnd().split('\n')
    assert.equal(rows.length, 2)
    assert.match(rows[0]!, /Ur/)
    assert.match(rows[1]!, /Llanfairpwllgwyngyll +8 /)
    assert.ok(rows.every(row => row.indexOf('final') === heading!.indexOf('status')))
  })

  test('does not hold more windows than anybody reads: rows then come as they change', async () => {
    const { screen, terminal } = output(false)
    const view = new TableAtEnd(terminal, [])
    for (let i = 0; i <= 10_000; i++) await view.show(minute(i))
    assert.equal(screen.text.split('\n').length, 10_001 + 2)
    await view.show(minute(10_001))
    assert.equal(screen.text.split('\n').length, 10_002 + 2)
    await view.end()
  })

  test('is a heading when nothing was counted', async () => {
    const { screen, terminal } = output(false)
    await new TableAtEnd(terminal, []).end()
    assert.match(screen.text, /^window +start .*status\n$/)
  })
})

describe('results line by line', () => {
  test('are a table on a terminal and JSONL elsewhere, unless somebody says', () => {
    assert.equal(resultFormat('auto', output(true).terminal), 'table')
    assert.equal(resultFormat('auto', output(false).terminal), 'jsonl')
    assert.equal(resultFormat('csv', output(true).terminal), 'csv')
  })

  test('have a heading in a table and in CSV, none in JSONL', async () => {
    for (const [format, heading] of [
      ['table', /^window +start +country/],
      ['csv', /^window,start,end,group,country,/],
      ['jsonl', /^\{"window":"1m"/]
    ] as const) {
      const { screen, terminal } = output(false)
      const view = new LineView(terminal, format, ['country'])
      await view.show(minute(1, { group: { country: 'CH' } }))
      await view.end()
      assert.match(screen.text, heading)
      assert.match(screen.text.split('\n').at(-2)!, /CH/)
    }
  })
})
