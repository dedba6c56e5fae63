import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { limits } from '../../src/core/limits.ts'
import { rejectOf } from '../../src/core/reject.ts'
import { RejectFile } from '../../src/host/reject-file.ts'
import { temporaryFolder } from './temporary-folder.ts'

const folder = await temporaryFolder()

function linesOf(path: string): unknown[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
}

test('rejects are JSON lines; bytes that are no text are base64', () => {
  const path = join(folder, 'rejects.jsonl')
  const file = new RejectFile(path, false)
  file.keep(rejectOf('in', 0, 0, 'bad-json', Buffer.from('ключ "x')))
  file.keep(rejectOf('in', 0, 6, 'bad-json', Uint8Array.of(0xfe, 0x00)))
  file.close()
  assert.deepEqual(linesOf(path), [
    { source: 'in', partition: 0, offset: 0, reason: 'bad-json', frame: 'ключ "x' },
    { source: 'in', partition: 0, offset: 6, reason: 'bad-json', frameBase64: '/gA=' }
  ])
})

test('without rejects there is no file, and a resumed run adds to it', () => {
  const path = join(folder, 'later.jsonl')
  new RejectFile(path, false).close()
  assert.ok(!existsSync(path))
  for (const append of [false, true]) {
    const file = new RejectFile(path, append)
    file.keep(rejectOf('in', 0, 1, 'no-key', Buffer.from('{}')))
    file.close()
  }
  assert.equal(linesOf(path).length, 2)
  const afresh = new RejectFile(path, false)
  afresh.keep(rejectOf('in', 0, 1, 'no-key', Buffer.from('{}')))
  afresh.close()
  assert.equal(linesOf(path).length, 1)
})

test('of a long frame the beginning is kept', () => {
  const path = join(folder, 'long.jsonl')
  const file = new RejectFile(path, false)
  file.keep(rejectOf('in', 0, 0, 'too-long', Buffer.alloc(limits.rejectBytesMax + 5, 'x')))
  file.close()
  const [reject] = linesOf(path) as { size: number; frame: string }[]
  assert.equal(reject!.size, limits.rejectBytesMax + 5)
  assert.equal(reject!.frame.length, limits.rejectBytesMax)
})

test('a file that cannot be written is named', () => {
  const file = new RejectFile(join(folder, 'no', 'such', 'folder'), false)
  file.keep(rejectOf('in', 0, 0, 'bad-json', Buffer.from('x')))
  assert.throws(
    () => file.close(),
    error => isFailure(error, 'output-failed')
  )
})
