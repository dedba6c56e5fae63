import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { WindowPlan } from '../../src/window/plan.ts'
import { MINUTE } from '../../src/window/size.ts'

/** Made by the Python script beside it, which shares nothing with our code. */
interface Case {
  readonly zone: string
  readonly dayStart: string
  readonly weekStart: 'monday' | 'sunday'
  readonly from: string
  readonly to: string
  /** Minutes after `from` at which windows of a size begin. */
  readonly starts: Readonly<Record<string, readonly number[]>>
}

const file = new URL('../golden/window/zone-boundaries.json', import.meta.url)
const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[]

/** Every start from the first one at or after `from` up to `to`. */
function startsOf(plan: WindowPlan, size: string, from: number, to: number): number[] {
  const { grid } = plan.asked.find(({ name }) => name === size)!
  const holding = grid.firstHolding(from)
  const starts: number[] = []
  let start = holding === from ? from : grid.endOf(holding)
  while (start <= to) {
    starts.push((start - from) / MINUTE)
    start = grid.after(start)
  }
  return starts
}

for (const { zone, dayStart, weekStart, from, to, starts } of cases) {
  test(`${zone} from ${from}, days from ${dayStart}: windows begin where the zone database says`, () => {
    const sizes = Object.keys(starts)
    const plan = new WindowPlan({ sizes, zone, dayStart, weekStart })
    for (const size of sizes) {
      const ours = startsOf(plan, size, Date.parse(from), Date.parse(to))
      assert.deepEqual(ours, starts[size], size)
    }
  })

  test(`${zone} from ${from}, days from ${dayStart}: every minute lies in the window begun last`, () => {
    const sizes = Object.keys(starts)
    const plan = new WindowPlan({ sizes, zone, dayStart, weekStart })
    const first = Date.parse(from)
    for (const size of sizes) {
      const { grid } = plan.asked.find(({ name }) => name === size)!
      const all = starts[size]!
      for (let i = 0; i < all.length; i++) {
        const next = all[i + 1] ?? (Date.parse(to) - first) / MINUTE
        // Years of minutes are thinned out, starts and ends are not.
        const stride = Math.ceil((next - all[i]!) / 3_000)
        for (let minute = all[i]!; minute < next; minute += stride) {
          const holding = grid.firstHolding(first + minute * MINUTE)
          if (holding !== first + all[i]! * MINUTE) assert.fail(`${size}, minute ${minute}`)
        }
      }
    }
  })
}

test('the windows of the specification: six hours in Zurich, the short hour of Lord Howe', () => {
  const shown = (zone: string, size: string, from: string, to: string): string[] => {
    const plan = new WindowPlan({ sizes: [size], zone })
    const clock = new Intl.DateTimeFormat('sv', { timeZone: zone, timeStyle: 'short' })
    const start = Date.parse(from)
    return startsOf(plan, size, start, Date.parse(to)).map(minute =>
      clock.format(start + minute * MINUTE)
    )
  }
  assert.deepEqual(shown('Europe/Zurich', '6h', '2026-03-28T23:00Z', '2026-03-29T21:59Z'), [
    '00:00',
    '03:00',
    '06:00',
    '12:00',
    '18:00'
  ])
  assert.deepEqual(shown('Australia/Lord_Howe', '1h', '2026-04-04T14:00Z', '2026-04-04T15:30Z'), [
    '01:00',
    '01:30',
    '02:00'
  ])
})

test('clocks set back over midnight show yesterday again, but the day that began goes on', () => {
  // St John's, 1999-10-31 at 00:01: back to 23:01 of the day before.
  const plan = new WindowPlan({ sizes: ['1d'], zone: 'America/St_Johns' })
  const { grid } = plan.asked[0]!
  const start = grid.firstHolding(Date.parse('1999-10-31T02:45Z'))
  assert.equal(start, Date.parse('1999-10-31T02:30Z'))
  assert.equal(grid.endOf(start), Date.parse('1999-11-01T03:30Z'))
})
