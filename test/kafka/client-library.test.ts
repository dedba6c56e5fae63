import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import * as whole from '@platformatic/kafka'
import * as parts from '../../src/kafka/connection/client-library.ts'

const { wholeLibrary, ...values } = parts

test('every part of the client library is the one that its index has', async () => {
  const index: Readonly<Record<string, unknown>> = { ...whole }
  for (const [name, value] of Object.entries(values)) assert.equal(value, index[name], name)
  assert.ok(Object.keys(values).length > 30)
  assert.equal(await wholeLibrary(), whole)
})

test('the parts are loaded without Avro, which only the library’s own clients use', () => {
  const library = new URL('../../src/kafka/connection/client-library.ts', import.meta.url)
  const source = `import '${library.href}'
    import { createRequire } from 'node:module'
    const loaded = Object.keys(createRequire('${library.href}').cache)
    console.log(loaded.filter(path => /avsc/.test(path)).length)`
  const args = ['--input-type=module', '--eval', source]
  assert.equal(execFileSync(process.execPath, args, { encoding: 'utf8' }), '0\n')
})
