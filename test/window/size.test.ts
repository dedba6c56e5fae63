import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { DAY, HOUR, MINUTE, parseSize } from '../../src/window/size.ts'

const nameOf = (text: string): string => parseSize(text).name
const days = (text: string): number => (parseSize(text).length - HOUR) / DAY

test('sizes have one canonical name', () => {
  const names = {
    '60m': '1h',
    '90m': '90m',
    '720m': '12h',
    '01h': '1h',
    ' 1d ': '1d',
    '2mo': '2mo'
  }
  for (const [text, name] of Object.entries(names)) assert.equal(nameOf(text), name)
  assert.equal(nameOf('60m/5m'), '1h/5m')
  assert.equal(nameOf('1440m/60m'), '24h/1h')
})

test('every multiple that divides its parent is a size', () => {
  const minutes = Array.from({ length: 1_439 }, (_, i) => i + 1).filter(each => 1_440 % each === 0)
  for (const count of minutes) assert.equal(parseSize(`${count}m`).length, count * MINUTE)
  for (const text of ['2h', '3h', '4h', '6h', '8h', '12h', '1d', '1w', '4mo', '6mo', '1q', '1y']) {
    assert.equal(nameOf(text), text)
  }
})

test('the length is the longest there is, with an hour for the clocks from a day on', () => {
  assert.equal(parseSize('6h').length, 6 * HOUR)
  const longest = {
    '1d': 1,
    '1w': 7,
    '1mo': 31,
    '2mo': 62,
    '1q': 92,
    '4mo': 123,
    '6mo': 184,
    '1y': 366
  }
  for (const [text, count] of Object.entries(longest)) assert.equal(days(text), count, text)
  const sliding = { '30d/1d': 30, '4w/1w': 28, '12mo/1mo': 366, '2mo/1mo': 62, '4q/1q': 366 }
  for (const [text, count] of Object.entries(sliding)) assert.equal(days(text), count, text)
})

test('a sliding size is a whole number of steps', () => {
  const { name, steps, step } = parseSize('30d/1d')
  assert.deepEqual([name, steps, step?.name], ['30d/1d', 30, '1d'])
  assert.equal(parseSize('400m/1m').steps, 400)
  assert.equal(parseSize('7h/1h').steps, 7)
})

const refused: Readonly<Record<string, readonly [RegExp, RegExp]>> = {
  '90s': [/finest window is a minute/, /whole minutes/],
  '7m': [/day is not a whole number/, /6m and 8m/],
  '1000m': [/day is not a whole number/, /12h and 1d/],
  '36h': [/day is not a whole number/, /36h\/1h/],
  '24h': [/23 or 25 hours/, /write 1d/],
  '1440m': [/23 or 25 hours/, /write 1d/],
  '7d': [/another name/, /write 1w/],
  '2d': [/nothing says where/, /use 1d/],
  '2w': [/nothing says where/, /use 1w/],
  '3mo': [/another name/, /write 1q/],
  '2q': [/another name/, /write 6mo/],
  '12mo': [/another name/, /write 1y/],
  '5mo': [/year is not a whole number/, /4mo, 6mo/],
  '2y': [/year is not a whole number/, /1y/],
  '0m': [/empty/, /1m/],
  '5': [/not a number with/, /1m/],
  m: [/not a number with/, /1m/],
  '1.5h': [/not a number with/, /1m/],
  '-1m': [/not a number with/, /1m/],
  '1M': [/not a number with/, /1m/],
  '5min': [/"min" is not a unit/, /1m/],
  '99999999m': [/not a number with/, /1m/],
  '': [/an empty text is not/, /1m/],
  '30d/1m': [/in 43200 windows, at most 400/, /longer step/],
  '401m/1m': [/in 401 windows/, /longer step/],
  '1h/7m': [/day is not a whole number/, /6m and 8m/],
  '1h/25m': [/a whole number/, /./],
  '5m/1h': [/5m is not a whole number of 1h/, /divides it/],
  '1h/1h': [/the same/, /write 1h/],
  '1d/1h': [/steps of 1h/, /write 24h\/1h/],
  '1w/1d': [/steps of 1d/, /write 7d\/1d/],
  '14d/1w': [/steps of 1w/, /write 2w\/1w/],
  '30d/24h': [/23 or 25/, /write 30d\/1d/],
  '1y/1mo': [/steps of 1mo/, /write 12mo\/1mo/],
  '12mo/1q': [/steps of 1q/, /write 4q\/1q/],
  '1y/1d': [/not a whole number of 1d/, /unit of its step/],
  '1mo/1w': [/not a whole number of 1w/, /unit of its step/],
  '400y/1y': [/ten years/, /shorter/],
  '1d/1h/5m': [/more than one step/, /1h\/5m/]
}

for (const [text, [reason, cure]] of Object.entries(refused)) {
  test(`"${text}" is refused with the reason and the cure`, () => {
    assert.throws(
      () => parseSize(text),
      error => {
        assert.ok(isFailure(error, 'window-size'))
        assert.match(error.message, reason)
        assert.match(error.cure, cure)
        return error.message.length < 200
      }
    )
  })
}

test('what a cure tells to write is accepted', () => {
  for (const text of Object.keys(refused)) {
    try {
      parseSize(text)
    } catch (error) {
      assert.ok(isFailure(error, 'window-size'))
      const written = /^write (\S+)$/.exec(error.cure)
      if (written) assert.equal(nameOf(written[1]!), written[1])
    }
  }
})
