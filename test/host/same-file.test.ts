import assert from 'node:assert/strict'
import { linkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { refuseSameFile } from '../../src/host/same-file.ts'
import { temporaryFolder } from './temporary-folder.ts'

const folder = await temporaryFolder()

test('an output that is an input is refused, whatever the paths say', () => {
  const input = join(folder, 'in.jsonl')
  writeFileSync(input, '{}\n')
  linkSync(input, join(folder, 'hard'))
  symlinkSync(input, join(folder, 'soft'))
  for (const output of [
    input,
    join(folder, '.', 'in.jsonl'),
    join(folder, 'hard'),
    join(folder, 'soft')
  ]) {
    assert.throws(
      () => refuseSameFile(output, ['other.jsonl', input]),
      error => isFailure(error, 'output-is-input')
    )
  }
  refuseSameFile(join(folder, 'new.jsonl'), [input])
  refuseSameFile('/dev/null', [input, '/dev/null-not-there'])
})
