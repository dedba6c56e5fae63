import fc from 'fast-check'
import { type ChangelogOrder, DAY, HOUR, type MergerRun, MINUTE, WAIT } from './merger-run.ts'

/** A plan as the oracle sees it: plain arithmetic, in UTC. `above` are the asked sizes made from a size. */
export interface Setup {
  readonly sizes: readonly string[]
  readonly keep: Readonly<Record<string, number>>
  readonly lengths: readonly number[]
  readonly steps: readonly number[]
  readonly above: readonly (readonly number[])[]
}

export const everyLevel: Setup = {
  sizes: ['1m', '5m', '30m/10m', '1h', '1d'],
  keep: { '1m': 2 * HOUR, '5m': 2 * HOUR, '30m/10m': 4 * HOUR, '1h': 26 * HOUR, '1d': 3 * DAY },
  lengths: [MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR, DAY],
  steps: [MINUTE, 5 * MINUTE, 10 * MINUTE, HOUR, DAY],
  above: [[1, 2, 3, 4], [], [], [4], []]
}
/** Panes and the ten minutes exist only because larger windows are made from them. */
export const innerLevels: Setup = {
  sizes: ['5m', '30m/10m', '1h', '1d'],
  keep: { '5m': 2 * HOUR, '30m/10m': 4 * HOUR, '1h': 26 * HOUR, '1d': 3 * DAY },
  lengths: [5 * MINUTE, 30 * MINUTE, HOUR, DAY],
  steps: [5 * MINUTE, 10 * MINUTE, HOUR, DAY],
  above: [[], [], [3], []]
}

const START = Date.UTC(2026, 0, 1)

export type Step =
  | {
      readonly kind: 'partial'
      readonly minute: number
      readonly users: readonly number[]
      readonly group: string
      readonly mask: number
    }
  | { readonly kind: 'mark'; readonly minutes: number }
  | { readonly kind: 'commit' }
  | { readonly kind: 'restart'; readonly order: ChangelogOrder }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('partial' as const),
      minute: fc.oneof(fc.nat(15), fc.nat(130), fc.nat(4_000)),
      users: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
      group: fc.constantFrom('["a"]', '["b"]', 'null'),
      mask: fc.oneof(fc.constant(31), fc.nat(31))
    })
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('mark' as const),
      minutes: fc.oneof(fc.nat(15), fc.nat(130), fc.nat(2_500))
    })
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'commit' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('restart' as const),
      order: fc.constantFrom<ChangelogOrder>('compacted', 'reversed', 'whole')
    })
  }
)

/** What happens to a stage-2 task, step by step. */
export const histories: fc.Arbitrary<readonly Step[]> = fc.array(step, {
  maxLength: 40,
  size: 'max'
})

/** What counts for a size counts for all that is made from it: those are kept as long. */
function closedUpwards(mask: number, { above }: Setup): number {
  let closed = mask
  for (const [bit, sizes] of above.entries()) {
    if ((mask >>> bit) & 1) for (const size of sizes) closed |= 1 << size
  }
  return closed
}

/** The hooks of `playSteps`. */
export interface Play {
  readonly setup: Setup
  readonly steps: readonly Step[]
  onPartial?(at: number, group: string, mask: number, users: readonly number[]): void
  onCommit?(): void
}

/** Plays a history on a task, to its end. */
export function playSteps(run: MergerRun, { setup, steps, ...hooks }: Play): void {
  let clock = START
  const commit = (): void => {
    run.commit()
    hooks.onCommit?.()
  }
  for (const action of steps) {
    if (action.kind === 'partial') {
      const { group, users, minute } = action
      const at = START + minute * MINUTE
      const mask = closedUpwards(action.mask & run.plan.mask || run.plan.mask, setup)
      // Chosen by name: all partials of such a pane bring a set along.
      run.partial({ at, group, users, mask, audit: minute % 3 === 0 })
      hooks.onPartial?.(at, group, mask, users)
    } else if (action.kind === 'mark') {
      clock += action.minutes * MINUTE
      run.mark(clock + WAIT)
    } else {
      // What is not committed before a restart would be read again.
      commit()
      if (action.kind === 'restart') run.restart(action.order)
    }
  }
  commit()
  run.merger.end()
  run.commit()
}
