import { Random } from '../src/core/random.ts'

export type FieldType = 'long' | 'double' | 'boolean' | 'string'

/** One field of a frame; all frames have all of them, in this order. */
export interface Field {
  readonly name: string
  readonly type: FieldType
}

export type TypedFrame = Readonly<Record<string, number | boolean | string>>

/** The same frames for every format. */
export interface FormatFrames {
  readonly fields: readonly Field[]
  readonly frames: readonly TypedFrame[]
  /** Users of each minute. */
  readonly truth: ReadonlyMap<number, number>
}

const START = 1_468_244_400
const USERS = 5_000
const MINUTE_FRAMES = 10_000
const UID_DIGITS = 19

/**
 * Frames as a tracker would type them, about 130 B or 2 kB as JSON; what is wanted stands in the middle. Simpler than
 * those of the other benches, which have nested and changing fields: formats with a schema need one.
 */
export function formatFrames(shape: 'small' | 'large', count: number): FormatFrames {
  const fields = shape === 'small' ? small : large
  const random = new Random(7)
  const minutes = new Map<number, Set<string>>()
  const frames = Array.from({ length: count }, (_, i) => {
    const ts = START + Math.floor((i * 60) / MINUTE_FRAMES)
    const user = random.below(USERS)
    const uid = `${user}`.padStart(4, '0').repeat(UID_DIGITS).slice(0, UID_DIGITS)
    const minute = Math.floor(ts / 60)
    minutes.set(minute, (minutes.get(minute) ?? new Set()).add(uid))
    const made = fields.map(({ name, type }) => [name, madeOf(type, random)] as const)
    // Assigning keeps the order of the fields.
    return Object.assign(Object.fromEntries(made), { ts, uid })
  })
  const truth = new Map([...minutes].map(([minute, users]) => [minute, users.size]))
  return { fields, frames, truth }
}

const wanted: readonly Field[] = [
  { name: 'ts', type: 'long' },
  { name: 'uid', type: 'string' }
]
const small: readonly Field[] = [
  { name: 'seq', type: 'long' },
  ...wanted,
  { name: 'type', type: 'string' }
]
const repeated = (count: number, name: string, type: FieldType): Field[] =>
  Array.from({ length: count }, (_, i) => ({ name: `${name}${i}`, type }))
const large: readonly Field[] = [
  ...repeated(13, 'attribute', 'string'),
  ...repeated(4, 'counter', 'long'),
  ...repeated(3, 'flag', 'boolean'),
  ...wanted,
  ...repeated(4, 'measure', 'double'),
  ...repeated(13, 'label', 'string'),
  ...repeated(3, 'total', 'long')
]

const WORDS = 'river garden stone window letter silver meadow harbour signal lantern paper engine'
const words = WORDS.split(' ')

function madeOf(type: FieldType, random: Random): number | boolean | string {
  switch (type) {
    case 'long':
      return random.below(1e6)
    case 'double':
      return Math.round(random.real() * 1e6) / 1e4
    case 'boolean':
      return random.below(2) === 1
    case 'string':
      return Array.from(
        { length: 2 + random.below(14) },
        () => words[random.below(words.length)]
      ).join(' ')
  }
}
