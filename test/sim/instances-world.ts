import type { Random } from '../../src/core/random.ts'
import type { CountOptions } from '../../src/runtime/count.ts'
import type { SimFrame, World } from './event-time-world.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Record times when nobody looks at them closely: long after every event. */
export const RECORDED = Date.UTC(2029, 0, 1)

/** One or two topics that grow while they are counted. */
export interface GrowingWorld extends World {
  /** Where each partition lies: its topic, 0 or 1, its number there, and when it is made, ms after the start. */
  readonly places: readonly { topic: number; partition: number; madeAt: number }[]
  /** When each frame comes, in ms after the start, by partition. */
  readonly arrivals: readonly (readonly number[])[]
  /** The last of them. */
  readonly lastArrival: number
}

type Shape = Pick<CountOptions, 'windows' | 'keep'>

const shapes: readonly Shape[] = [
  { windows: ['1m', '1h'] },
  { windows: ['1m', '5m', '1h'] },
  { windows: ['1h', '1d'] },
  // Only where there is one partition: what an idle one brings may be too old for what the others purged.
  { windows: ['1m', '5m', '1h'], keep: { '1m': '62m', '5m': '2h' } }
]

/** Late frames, broken ones, wrong clocks; groups; partitions that come slowly, at once, or never. */
export function createGrowingWorld(random: Random): GrowingWorld {
  const count = 1 + random.below(random.below(3) === 0 ? 8 : 3)
  const grouped = random.below(2) === 0
  const trustRecordTime = random.below(2) === 0
  const users = 1 + random.below(12)
  const start = Date.UTC(2026, 2, 27, random.below(24), random.below(60))
  const partitions = Array.from({ length: count }, () =>
    frames(random, { size: random.below(60), start, users, trustRecordTime })
  )
  const spread = [5, 20, 60][random.below(3)]! * SECOND
  const two = count > 2 && random.below(2) === 0
  const addedAt = count > 2 && random.below(2) === 0 ? random.below(spread) : 0
  const places = partitions.map((_, index) => ({
    topic: two ? index % 2 : 0,
    partition: two ? index >> 1 : index,
    madeAt: index === count - 1 ? addedAt : 0
  }))
  const arrivals = partitions.map((list, index) => {
    const atOnce = random.below(3) === 0 ? random.below(spread) : -1
    const { madeAt } = places[index]!
    return list
      .map(() => Math.max(madeAt, atOnce < 0 ? random.below(spread) : atOnce))
      .toSorted((left, right) => left - right)
  })
  return {
    options: {
      key: 'uid',
      by: grouped ? ['g'] : [],
      where: [{ field: 'on', value: 'yes' }],
      total: grouped && random.below(2) === 0,
      precision: 10,
      wait: [0, '5s'][random.below(2)]!,
      maxSkew: ['30s', '2m', '6h'][random.below(3)]!,
      flushEvery: [200, 1_000][random.below(2)]!,
      emitEvery: [200, 1_000][random.below(2)]!,
      trustRecordTime,
      ...shapes[random.below(count === 1 ? 4 : 3)]!
    },
    partitions,
    places,
    logAppendTime: false,
    bounded: false,
    tasks: grouped ? 1 + random.below(3) : 1,
    arrivals,
    lastArrival: Math.max(addedAt, ...arrivals.flat())
  }
}

interface StreamShape {
  readonly size: number
  readonly start: number
  readonly users: number
  readonly trustRecordTime: boolean
}

function frames(random: Random, shape: StreamShape): SimFrame[] {
  const { users } = shape
  const fastUser = random.below(3) === 0 ? random.below(users) : -1
  let now = shape.start + random.below(MINUTE)
  return Array.from({ length: shape.size }, (_, offset) => {
    now += random.below(20) * SECOND
    const user = random.below(users)
    let time = now
    if (random.below(5) === 0) time -= random.below(300) * SECOND
    if (random.below(40) === 0) time -= random.below(4) * HOUR
    // Who has a clock that is hours ahead is suspended until others agree, or refused.
    if (user === fastUser) time += 3 * HOUR
    if (random.below(50) === 0) time += 40 * 24 * HOUR
    return {
      offset,
      time: random.below(30) === 0 ? Number.NaN : time,
      recordTime: shape.trustRecordTime ? RECORDED : Number.NaN,
      user,
      group: random.below(3),
      filtered: random.below(12) === 0
    }
  })
}

/** A frame as it stands in the topic. */
export function frameText({ time, user, group, filtered, offset }: SimFrame): string {
  const on = filtered ? 'no' : 'yes'
  const g = 'abc'[group]!
  if (Number.isNaN(time)) {
    // A condition is looked at before the time is missed.
    return filtered ? JSON.stringify({ uid: `user ${user}`, g, on }) : `{"at":${offset}`
  }
  return JSON.stringify({ uid: `user ${user}`, ts: time, g, on })
}
