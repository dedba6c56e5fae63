import { failure } from '../../core/errors.ts'
import type { Level } from '../../window/plan.ts'

const MINUTE = 60_000

/** How much `--plan` is asked about: `groups=1000,users=500,1d=20000`. */
export interface PlanInput {
  readonly groups: number
  /** Different keys of one group in one window, by size in ms: always those of the minute. */
  readonly users: ReadonlyMap<number, number>
}

/** Reads the items of `--plan`; sizes are those of the plan. @throws option-value */
export function parsePlanInput(items: readonly string[], levels: readonly Level[]): PlanInput {
  const lengths = new Map(levels.map(({ name, length }) => [name, length]))
  const users = new Map<number, number>()
  let groups = 1
  for (const item of items) {
    const [, name = '', text = ''] = /^([^=]+)=(\d{1,12})$/.exec(item) ?? []
    const value = Number(text)
    if (!(value > 0)) throw refuse(item)
    if (name === 'groups') groups = value
    else if (name === 'users') users.set(MINUTE, value)
    else if (lengths.has(name)) users.set(lengths.get(name)!, value)
    else throw refuse(item)
  }
  if (!users.has(MINUTE)) throw refuse(items.join(','))
  return { groups, users }
}

/**
 * Different keys in a window of `length` ms, at most: where nothing is said, nobody comes twice, and a
 * window has no more than the smallest larger one that was given.
 */
export function usersIn({ users }: PlanInput, length: number): number {
  let least = Number.POSITIVE_INFINITY
  for (const [known, count] of users) {
    least = Math.min(least, known <= length ? count * Math.ceil(length / known) : count)
  }
  return least
}

function refuse(item: string): Error {
  return failure('option-value', {
    option: '--plan',
    value: item,
    expected:
      'groups=N and users=N (of one group in a minute), and where it is known size=N (in a window of that size)',
    example: 'groups=1000,users=500,1d=20000'
  })
}
