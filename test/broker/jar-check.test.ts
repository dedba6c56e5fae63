import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { damagedJars, isWholeJar } from '../../src/broker/jar-check.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { emptyZip } from './zip-bytes.ts'

const folder = await temporaryFolder()

async function jar(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

test('a whole zip is whole, with or without a comment', async () => {
  assert.equal(await isWholeJar(await jar('plain.jar', emptyZip())), true)
  assert.equal(await isWholeJar(await jar('comment.jar', emptyZip('made by a test'))), true)
})

test('every cut of a download is noticed', async () => {
  const whole = emptyZip('made by a test')
  for (let bytes = 0; bytes < whole.length; bytes++) {
    const cut = await jar('cut.jar', whole.subarray(0, bytes))
    assert.equal(await isWholeJar(cut), false, `${bytes} of ${whole.length} bytes`)
  }
})

test('a jar that lost bytes in the middle is noticed', async () => {
  const shifted = emptyZip()
  shifted.writeUInt32LE(100, 16)
  assert.equal(await isWholeJar(await jar('middle.jar', shifted)), false)
})

test('a class path names its missing and damaged jars', async () => {
  const good = await jar('good.jar', emptyZip())
  const page = await jar('page.jar', Buffer.from('<html>proxy login</html>'))
  const missing = join(folder, 'missing.jar')
  assert.deepEqual(await damagedJars([good, page, missing]), [page, missing])
})
