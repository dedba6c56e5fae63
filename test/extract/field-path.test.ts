import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isFailure } from '../../src/core/errors.ts'
import { parseCondition, parseFieldPath, splitFields } from '../../src/extract/field-path.ts'

const quoted = (name: string) => name.replace(/[.,=@\\]/g, '\\$&')
const names = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.array(fc.constantFrom('.', '\\', ',', '=', '@', 'a'), { minLength: 1 }).map(of => of.join(''))
)

test('reads a name, or one below a name', () => {
  assert.deepEqual(parseFieldPath('uid'), { name: 'uid' })
  assert.deepEqual(parseFieldPath('user.id'), { name: 'user', below: 'id' })
  assert.deepEqual(parseFieldPath('user\\.id'), { name: 'user.id' })
  assert.deepEqual(parseFieldPath('a\\.b.c\\\\'), { name: 'a.b', below: 'c\\' })
  assert.deepEqual(parseFieldPath('\\@timestamp'), { name: '@timestamp' })
  assert.deepEqual(parseFieldPath('@timestamps.@key'), { name: '@timestamps', below: '@key' })
  assert.deepEqual(parseFieldPath('C:\\dir'), { name: 'C:\\dir' })
})

test('reads every name that is written with backslashes', () => {
  fc.assert(
    fc.property(names, names, (name, below) => {
      assert.deepEqual(parseFieldPath(quoted(name)), { name })
      assert.deepEqual(parseFieldPath(`${quoted(name)}.${quoted(below)}`), { name, below })
    })
  )
})

test('says what is wrong and how to write what was meant', () => {
  const refused = (field: string, message: RegExp, cure: string) =>
    assert.throws(
      () => parseFieldPath(field),
      error =>
        isFailure(error, 'field-path') && message.test(error.message) && error.cure.includes(cure)
    )
  refused('a.b.c', /a\.b\.c .* only one level/, "'a\\.b\\.c'")
  refused('@timestamp', /part of the record/, "'\\@timestamp'")
  for (const field of ['', '.', 'a.', '.a']) refused(field, /empty/, 'user.id')
})

test('cuts a list at commas, a condition at its first equals sign', () => {
  assert.deepEqual(splitFields('country, user.device,a\\,b'), ['country', 'user.device', 'a\\,b'])
  assert.deepEqual(parseCondition('country=CH'), { field: 'country', value: 'CH' })
  assert.deepEqual(parseCondition('a\\=b=c=d\\=e'), { field: 'a\\=b', value: 'c=d\\=e' })
  assert.deepEqual(parseCondition('country='), { field: 'country', value: '' })
  assert.equal(parseCondition('country'), undefined)
  fc.assert(
    fc.property(fc.array(names, { minLength: 1 }), names, (fields, value) => {
      const written = fields.map(quoted)
      assert.deepEqual(
        splitFields(written.join(',')),
        written.map(field => field.trim())
      )
      const condition = parseCondition(`${written[0]}=${value}`)
      assert.deepEqual(condition, { field: written[0], value })
    })
  )
})
