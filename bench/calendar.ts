import { WindowPlan } from '../src/window/plan.ts'
import { MINUTE } from '../src/window/size.ts'
import { Stopwatch } from './stopwatch.ts'

/*
 * node bench/calendar.ts
 *
 * What the calendar costs: two years of minute panes looked up in every level, in order and in any
 * order; and the frame's own question, for which sizes it still counts.
 */
const FROM = Date.UTC(2024, 0, 1)
const PANES = 2 * 365 * 1_440
const FRAMES = 20_000_000
const SIZES = ['1m', '5m', '1h', '1d', '1mo', '1y']
const SLIDING = ['1m', '1h/5m', '24h/1h', '30d/1d', '12mo/1mo']

for (const zone of ['UTC', 'Europe/Zurich', 'Australia/Lord_Howe']) {
  lookUp(`${zone}, in order`, new WindowPlan({ sizes: SIZES, zone }), i => i)
  // A prime stride visits every pane once, each far from the last.
  lookUp(`${zone}, scattered`, new WindowPlan({ sizes: SIZES, zone }), i => (i * 700_001) % PANES)
  lookUp(`${zone}, sliding`, new WindowPlan({ sizes: SLIDING, zone }), i => i)
}
maskFrames(new WindowPlan({ sizes: SIZES, zone: 'Europe/Zurich' }))

function lookUp(title: string, plan: WindowPlan, order: (i: number) => number): void {
  const watch = new Stopwatch()
  watch.time(() => {
    for (let i = 0; i < PANES; i++) {
      const time = FROM + order(i) * MINUTE
      for (const { grid } of plan.levels) grid.endOf(grid.firstHolding(time))
    }
  })
  const each = watch.nanosecondsPer(PANES)
  const total = ((each * PANES) / 1e6).toFixed(0)
  console.log(
    `${title}: ${PANES} panes × ${plan.levels.length} levels in ${total} ms, ${each.toFixed(0)} ns a pane`
  )
}

function maskFrames(plan: WindowPlan): void {
  const watch = new Stopwatch()
  let masks = 0
  watch.time(() => {
    for (let i = 0; i < FRAMES; i++) masks |= plan.maskFor(FROM + i, FROM)
  })
  console.log(`maskFor: ${watch.nanosecondsPer(FRAMES).toFixed(2)} ns a frame, mask ${masks}`)
}
