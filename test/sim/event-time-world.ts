import type { Random } from '../../src/core/random.ts'
import type { CountOptions } from '../../src/runtime/count.ts'

export interface SimFrame {
  readonly offset: number
  /** Event time, whole seconds or ms; NaN for bytes that are no frame. */
  readonly time: number
  /** NaN in files. */
  readonly recordTime: number
  readonly user: number
  readonly group: number
  /** `--where` leaves it out. */
  readonly filtered: boolean
}

export interface World {
  readonly options: Omit<CountOptions, 'source'>
  readonly partitions: readonly (readonly SimFrame[])[]
  readonly logAppendTime: boolean
  /** A file ends; a topic only falls silent. */
  readonly bounded: boolean
  readonly tasks: number
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const groupTexts: readonly string[] = ['["a"]', '["b"]', '["c"]']

type Shape = Pick<CountOptions, 'windows' | 'zone' | 'keep' | 'dayStart' | 'weekStart'>

/** Sizes with children asked and not asked, sliding ones, zones with odd hours, short keeps. */
const shapes: readonly Shape[] = [
  { windows: ['1m', '1h', '1d'] },
  { windows: ['1m', '1h', '1d'], keep: { '1m': '62m', '1h': '2d', '1d': '3d' } },
  { windows: ['1m', '5m', '1d', '1w'], zone: 'Europe/Zurich', keep: { '1m': '62m', '5m': '2h' } },
  { windows: ['1h', '1mo', '1y'], zone: 'Asia/Kathmandu' },
  { windows: ['1m', '15m/5m', '3d/1d'], keep: { '1m': '62m' } },
  { windows: ['30m', '6h', '1d', '1q'], zone: 'Australia/Lord_Howe', dayStart: '05:00' },
  { windows: ['1y'], weekStart: 'sunday' },
  { windows: ['1m'], keep: { '1m': '5m' } }
]

/** Streams as they come: in order, late, with gaps, from clocks that are wrong for once or for good. */
export function createWorld(random: Random): World {
  const origin = random.below(4)
  const bounded = random.below(2) === 0
  const count = 1 + random.below(3)
  const pace = [SECOND, 20 * SECOND, 5 * MINUTE, 2 * HOUR][random.below(4)]!
  const start = Date.UTC(2026, 2, 27 + random.below(10), random.below(24), random.below(60))
  // Most are short: what goes wrong, goes wrong with few frames, and more of them can be tried.
  const frameCount = random.below(5) === 0 ? 200 : 45
  const sizes = Array.from(
    { length: count },
    () => 1 + random.below(Math.floor(frameCount / count))
  )
  const users = 1 + random.below(12)
  return {
    options: {
      key: 'uid',
      by: random.below(2) === 0 ? [] : ['g'],
      total: random.below(2) === 0,
      sketch: random.below(4) === 0 ? 'exact' : 'adaptive',
      precision: 10,
      wait: [0, '5s', '1m'][random.below(3)]!,
      audit: random.below(3) === 0 ? 0.5 : 0,
      trustRecordTime: random.below(5) > 0,
      ...shapes[random.below(shapes.length)]!
    },
    partitions: sizes.map(size => frames(random, { size, start, pace, origin, users })),
    logAppendTime: origin === 2,
    bounded,
    tasks: 1 + random.below(2)
  }
}

interface StreamShape {
  readonly size: number
  readonly start: number
  readonly pace: number
  readonly origin: number
  readonly users: number
}

function frames(random: Random, shape: StreamShape): SimFrame[] {
  const { size, pace, origin, users } = shape
  const fastUser = random.below(3) === 0 ? random.below(users) : -1
  const fastBy = random.below(6 * HOUR)
  let now = shape.start + random.below(pace * 10)
  let offset = random.below(50)
  return Array.from({ length: size }, () => {
    now += random.below(2 * pace)
    if (random.below(60) === 0) now += random.below(5) * HOUR + random.below(2) * 4 * DAY
    // Control records and aborted ones leave holes.
    offset += 1 + (random.below(10) === 0 ? random.below(3) : 0)
    const user = random.below(users)
    let time = now - random.below(3) * SECOND
    if (random.below(6) === 0) time -= random.below(20 * pace)
    if (random.below(40) === 0) time -= random.below(8) * DAY
    if (user === fastUser) time += fastBy
    if (random.below(50) === 0) time = flipped(time, random.below(40))
    if (random.below(80) === 0) time += 400 * DAY
    const recordTime = [Number.NaN, now, now + 20, shape.start + 900 * DAY][origin]!
    const broken = random.below(40) === 0
    return {
      offset,
      time: broken ? Number.NaN : time,
      recordTime,
      user,
      group: random.below(groupTexts.length),
      filtered: random.below(12) === 0
    }
  })
}

function flipped(time: number, bit: number): number {
  const weight = 2 ** bit
  return Math.floor(time / weight) % 2 === 0 ? time + weight : time - weight
}
