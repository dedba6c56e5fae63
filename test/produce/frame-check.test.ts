import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFrame } from '../../src/produce/frame-check.ts'

function check(frame: string | Uint8Array, depth: 'ends' | 'whole'): boolean {
  const bytes = Buffer.from(frame)
  return isFrame(bytes, 0, bytes.length, depth, false)
}

test('an object is a frame, with white space around it too', () => {
  for (const frame of ['{}', '{"a":1}', ' \t{"a":"é"}\r', '{"a":[{}]} ']) {
    assert.ok(check(frame, 'ends'), frame)
    assert.ok(check(frame, 'whole'), frame)
  }
})

test('other formats, cut lines and binary bytes are not', () => {
  const bad = [
    '',
    ' ',
    '{',
    '}',
    '[1]',
    '"a"',
    'null',
    '{"a":1',
    'a,b,c',
    '<a/>',
    '{"a":"}',
    '{"a":[1,2}'
  ]
  for (const frame of bad) assert.ok(!check(frame, 'whole'), frame)
  for (const frame of bad.slice(0, 10)) assert.ok(!check(frame, 'ends'), frame)
  const binary = Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)
  assert.ok(!check(binary, 'ends'))
  assert.ok(isFrame(binary, 0, 5, 'ends', true), 'the caller has checked the bytes around it')
})
