import type { Random } from '../../src/core/random.ts'

const TOP = ['ts', 'uid', 'country', 'user', 'id', 'a name of 16 byte', 'a name of 16 bytes', 'né']
const BELOW = ['id', 'x', 'ts', 'uid', 'y']
const NEAR = ['t', 'tss', 'ui', 'uidx', 'Uid', 'user.id', 'a name of 16 byt', '', 'x', 'y']
const ESCAPED_NAMES = ['u\\u0069d', '\\u0074s', '\\x', 'ui\\"d', 'é\\\\']
const CHARACTERS = ['a', ' ', 'é', '東', '😀', '{', '}', '[', ']', ':', ',', '/', "'", '\x7f']
const ESCAPES = ['\\\\', '\\"', '\\n', '\\u0041', '\\ud83d', '\\ude00', '\\u0000', '\\/']
const DECOYS = ['\\"ts\\":1', '\\"uid\\":\\"n\\",', '\\\\\\"', '{\\"uid\\":', '\\"}', '\\"]']
const BROKEN = ['"ts":1', '\\\\"', '"}', '\\', '\t', '\0', '\x1f', '\\x', '\\u12']
const TIMES = [
  ...['1468244384', '1468244384123', '1468244384123456', '1468244384123456789', '1468244384.123'],
  ...[
    '1468244384.9999',
    '9999999999',
    '10000000000',
    '12345678',
    '1',
    '999',
    '12345',
    '123456789012'
  ],
  ...['12345678901', '14682443841234.5', '146824438412345678.9', '14682443841', '99999999999999'],
  ...['"1468244384"', '"1468244384.5"', '"2016-07-11T13:39:44Z"', '"2016-07-11T13:39:44.123456Z"'],
  ...['"2016-07-11 13:39:44,5+02:00"', '"2016-07-11T13:39:44-0530"', '"2016-07-11T13:39+02"'],
  ...['"2016-02-29T00:00:00z"', '"0000-01-01T00:00:00Z"', '"2016-12-31T23:59:59.9Z"']
]
const ODD_TIMES = [
  ...[
    '1.468244384e9',
    '-1468244384',
    '0',
    '01468244384',
    '99999999999999999999',
    '1234',
    '"2016-07-11"'
  ],
  ...[
    '"2017-02-29T00:00:00Z"',
    '"6429-12-31T00:00:00Z"',
    '"2016-12-31T23:59:60Z"',
    '"2016-07-11T24:00:00Z"'
  ],
  ...[
    '"2016-13-01T00:00:00Z"',
    '"2016-07-11T13:39:44"',
    '"2016-07-11T13:39:44."',
    '"2016-7-11T13:39:44Z "'
  ],
  ...[
    '"2016-07-11T13:39:4Z"',
    '"2016-07-11T1a:39:44Z"',
    '"2016-00-11T13:39:44Z"',
    '"\\u0031"',
    'null',
    'true'
  ],
  ...['{}', '1468244384x', '1468244384.', '.5', '-', '+1', '1e400', '""', '"1468244384.1.2"']
]
const WORDS = [
  ...[
    '0',
    '-0',
    '7',
    '-12',
    '1.5',
    '1e3',
    '12345678901234567890123',
    'true',
    'false',
    'null',
    '42'
  ],
  ...['{}', '[]', '[{}]', '{"uid":"n","ts":1}', '""', '-7', '900719925474099312345']
]
const PLAIN_WORDS = ['0', '7', '-12', '12345678901234567890123', 'true', 'false', '42']
const NO_WORDS = [
  '[\\"]',
  '[\\"a\\"]',
  '\\"',
  '"a\tb"',
  '"\\u0061"',
  '"é"',
  '1.5',
  '-',
  '',
  '007',
  '-',
  'truex',
  'tru',
  'nul',
  'nullnull',
  '1:2',
  'a',
  '\\x',
  '"',
  '[}',
  '{"a"1}',
  '1.',
  ''
]
const SPACES = ['', '', '', ' ', ' ', '\t', '  ', '\r', ' '.repeat(17)]
const NO_SPACES = ['\f', '\u00a0', ' \n ', '\\', '\0']

/**
 * Frames made to mislead: names and brackets inside of strings, runs of backslashes over the borders of
 * blocks, deep nesting, duplicates, white space of all kinds, bytes that are not UTF-8; some are damaged.
 */
export class AdversarialFrames {
  private readonly random: Random
  private spaced = false
  /** What is wanted has plain values, so that most frames count in spite of what surrounds them. */
  private calm = false
  /** Of how many odd things one comes, and how many at most. */
  private oddity = 0
  private oddsLeft = 0

  constructor(random: Random) {
    this.random = random
  }

  next(): Buffer {
    const { random } = this
    this.spaced = random.below(3) === 0
    this.calm = random.below(4) > 0
    this.oddity = random.below(3) > 0 ? 0 : 25
    this.oddsLeft = this.calm ? 1 : 99
    const text = `${this.object(TOP, 3)}${this.space()}`
    const bytes = Buffer.from(text, random.below(30) === 0 ? 'latin1' : 'utf8')
    return random.below(this.calm ? 8 : 3) === 0 ? this.damaged(bytes) : bytes
  }

  /** Valid JSON, `uid` and `ts` once, among unusual members: JSON.parse finds the same. */
  clean(): Buffer {
    const { random } = this
    this.spaced = random.below(4) === 0
    const members = Array.from(
      { length: random.below(7) },
      (_, i) => `"m${i}":${this.cleanValue(3)}`
    )
    const uid = `"uid":"${'0123456789abcdef-é'.slice(random.below(12), 12 + random.below(6))}"`
    const ts = `"ts":${1_468_244_384 + random.below(1_000_000)}`
    members.splice(random.below(members.length + 1), 0, uid)
    members.splice(random.below(members.length + 1), 0, ts)
    return Buffer.from(`{${members.join(this.spaced ? ' , ' : ',')}}`)
  }

  private cleanValue(depth: number): string {
    const { random } = this
    const kind = random.below(depth === 0 ? 3 : 5)
    if (kind === 0) return JSON.stringify(random.real() * 10 ** random.below(20))
    if (kind < 3) return JSON.stringify(JSON.stringify({ uid: 'n', ts: 1, x: this.run('\\"') }))
    const inside = Array.from({ length: random.below(4) }, () => this.cleanValue(depth - 1))
    if (kind === 3) return `[${inside.join(',')}]`
    return `{${inside.map((value, i) => `"${['uid', 'ts', 'x\\"', '\\\\'][i]}":${value}`).join(',')}}`
  }

  /** Most of the names, in any order, some of them twice, among others. */
  private object(names: readonly string[], depth: number): string {
    const { random } = this
    const often = names.filter(() => random.below(9) > 0)
    const seldom = [...names, ...NEAR].filter(() => random.below(4) === 0)
    const members = [...often, ...seldom]
      .map(name => [random.uint32(), name] as const)
      .sort(([a], [b]) => a - b)
      .slice(0, random.below(9) === 0 ? random.below(4) : undefined)
      .map(([, name]) => this.member(name, depth))
    return `${this.space()}{${members.join(this.odd() ? this.pick(['', ',,', ':']) : ',')}${this.space()}}`
  }

  private member(name: string, depth: number): string {
    const spelled = this.odd() ? this.pick([name, `'${name}'`]) : `"${name}"`
    const shown = this.random.below(60) === 0 ? `"${this.pick(ESCAPED_NAMES)}"` : spelled
    const colon = this.odd() ? this.pick(['', ',', '::']) : ':'
    const value = `${this.space()}${this.value(name, depth)}${this.space()}`
    return `${this.space()}${shown}${this.space()}${colon}${value}`
  }

  private value(name: string, depth: number): string {
    const { random } = this
    if (this.odd()) return this.pick(NO_WORDS)
    if (name === 'ts') return this.pick(random.below(12) === 0 ? ODD_TIMES : TIMES)
    if (name === 'user' && random.below(8) > 0) return this.object(BELOW, 0)
    if (this.calm && !NEAR.includes(name) && depth < 3) return this.plain()
    if (this.calm && TOP.includes(name)) return this.plain()
    const kind = random.below(12)
    if (kind < 6) return `"${'abcdefgh'.repeat(9).slice(random.below(9), random.below(50))}"`
    if (kind < 7) return this.string()
    if (kind < 9 || depth === 0) return this.pick(WORDS)
    if (kind === 9) return this.object(BELOW, depth - 1)
    const inside = Array.from({ length: random.below(4) }, () => this.value('', depth - 1))
    const deep = random.below(12) === 0 ? random.below(130) : 0
    return `${'['.repeat(deep)}[${inside.join(',')}]${']'.repeat(deep)}`
  }

  /** What counts as a key and tells groups apart. */
  private plain(): string {
    const { random } = this
    if (random.below(4) === 0) return this.pick(PLAIN_WORDS)
    return `"${'abcdefgh'.repeat(9).slice(random.below(9), 9 + random.below(50))}"`
  }

  private string(): string {
    const { random } = this
    const parts = Array.from({ length: random.below(6) }, () => {
      const kind = random.below(5)
      if (this.odd()) return this.pick(BROKEN)
      if (kind === 0) return this.pick(DECOYS)
      if (kind === 1) return this.pick(ESCAPES)
      return this.run(this.pick(kind === 2 ? ['\\\\', '\\"', '\\\\\\"'] : CHARACTERS))
    })
    return `"${parts.join('')}"`
  }

  private odd(): boolean {
    if (this.oddity === 0 || this.oddsLeft === 0 || this.random.below(this.oddity) > 0) return false
    this.oddsLeft--
    return true
  }

  private run(of: string): string {
    return of.repeat(this.random.below(70))
  }

  private space(): string {
    if (!this.spaced) return ''
    return this.pick(this.odd() ? NO_SPACES : SPACES)
  }

  /** Cut, or with a few bytes changed, taken out or put in. */
  private damaged(bytes: Buffer): Buffer {
    const { random } = this
    if (random.below(4) === 0) return bytes.subarray(0, random.below(bytes.length + 1))
    const at = random.below(bytes.length + 1)
    const removed = random.below(3)
    const inserted = Buffer.from(
      this.pick(['', '"', '\\', '{', '}', ',', ':', '\n', '\xff', 'x', '1', '\ufeff'])
    )
    return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)])
  }

  private pick<T>(from: readonly T[]): T {
    return from[this.random.below(from.length)]!
  }
}
