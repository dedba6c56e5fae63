import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../../src/core/bytes.ts'
import { cachedText } from '../../src/core/text-cache.ts'

function textOf(text: string): string {
  const bytes = utf8(`<${text}>`)
  return cachedText(bytes, 1, bytes.length - 1)
}

test('texts are what their bytes say, also when many share a slot', () => {
  const texts = Array.from({ length: 20_000 }, (_, index) => `["group ${index}"]`)
  for (let round = 0; round < 2; round++) for (const text of texts) assert.equal(textOf(text), text)
  for (const text of [
    '',
    'a',
    'aa',
    '\0',
    '\0\0',
    '“”',
    'x'.repeat(64),
    'x'.repeat(65),
    'é'.repeat(300)
  ]) {
    assert.equal(textOf(text), text)
    assert.equal(textOf(text), text)
  }
})

test('bytes that are no UTF-8 become what the decoder makes of them, each time', () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0x62)
  assert.equal(cachedText(bytes, 0, 3), 'a\ufffdb')
  assert.equal(cachedText(bytes, 0, 3), 'a\ufffdb')
  bytes[1] = 0x78
  assert.equal(cachedText(bytes, 0, 3), 'axb')
})
