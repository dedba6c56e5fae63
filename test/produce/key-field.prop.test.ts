import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KeyField } from '../../src/produce/key-field.ts'

function find(text: string, name = 'uid'): string {
  const field = new KeyField(name)
  const bytes = Buffer.from(`xx${text}yy`)
  const problem = field.find(bytes, 2, bytes.length - 2)
  return problem ?? `=${Buffer.from(field.key).toString()}`
}

const name = fc.constantFrom('uid', 'ts', 'ui', 'uidx', 'u"d', 'ключ', '')
const scalar = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('"uid":"no"', '\\', '{', 'a\nb'),
  fc.integer(),
  fc.boolean(),
  fc.constant(null)
)
const { value } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 })
  )
}))

test('the key is what JSON.parse finds at the top level', () => {
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 5 }), fc.boolean(), (frame, spaced) => {
      const text = JSON.stringify(frame, null, spaced ? 1 : undefined)
      const { uid } = frame as { uid?: unknown }
      const expected =
        uid === undefined || uid === null || uid === ''
          ? 'no-key'
          : typeof uid === 'object'
            ? 'bad-key'
            : typeof uid === 'string'
              ? `=${uid.toWellFormed()}`
              : `=${JSON.stringify(uid)}`
      assert.equal(find(text), expected)
    }),
    { numRuns: 500 }
  )
})

test('escaped names are the same names, the first of duplicates counts', () => {
  assert.equal(find('{"u\\u0069d":"x"}'), '=x')
  assert.equal(find('{"a":1,"uid":"first","uid":"second"}'), '=first')
  assert.equal(find('{"clé":7}', 'clé'), '=7')
  assert.equal(find('{"cl\\u00e9":7}', 'clé'), '=7')
})

test('what is no JSON up to the field is refused, never read past its end', () => {
  for (const text of [
    '',
    '{',
    '{"uid"',
    '{"uid":',
    '{"uid":"a',
    '{"uid":1',
    '{uid:1}',
    '[]',
    '{"a":"'
  ]) {
    assert.equal(find(text), 'bad-json', text)
  }
  assert.equal(find('{}'), 'no-key')
  assert.equal(find(`{"uid":"${'k'.repeat(70_000)}"}`), 'bad-key')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
      new KeyField('uid').find(bytes, 0, bytes.length)
    })
  )
})
