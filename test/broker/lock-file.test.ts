import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { awaitLock, takeLock } from '../../src/broker/lock-file.ts'
import { identify, isSameProcess } from '../../src/broker/process-identity.ts'
import { temporaryFolder } from './temporary-folder.ts'

const folder = await temporaryFolder()

async function mustTake(path: string) {
  const lock = await takeLock(process, path)
  assert.ok('release' in lock, 'the lock was free')
  return lock
}

/** A process that has ended: its number was real and is free again. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  return child.pid!
}

test('a held lock names its holder, a released one is free', async () => {
  const path = join(folder, 'held.lock')
  const lock = await mustTake(path)
  assert.deepEqual(await takeLock(process, path), await identify(process, process.pid))
  await lock.release()
  await (await mustTake(path)).release()
  const left = (await readdir(folder)).filter(name => name.startsWith('held'))
  assert.deepEqual(left, [])
})

test('the lock of a process that is gone is taken over', async () => {
  const path = join(folder, 'gone.lock')
  await writeFile(path, JSON.stringify({ pid: await endedProcess(), started: 'once' }))
  await (await mustTake(path)).release()
})

test('the lock of another process with the same number is taken over', async () => {
  const path = join(folder, 'reused.lock')
  await writeFile(path, JSON.stringify({ pid: process.pid, started: 'before the last reboot' }))
  await (await mustTake(path)).release()
})

test('a lock full of nonsense is taken over', async () => {
  const path = join(folder, 'nonsense.lock')
  for (const text of ['', '{', 'null', '[]', '{"pid":"1"}', '{"pid":-1,"started":""}']) {
    await writeFile(path, text)
    await (await mustTake(path)).release()
  }
})

test('of many that find a stale lock, exactly one gets it', async () => {
  const stale = JSON.stringify({ pid: process.pid, started: 'before' })
  for (let round = 0; round < 10; round++) {
    const path = join(folder, `crowd-${round}.lock`)
    await writeFile(path, stale)
    // Every other time, a take-over was cut off as well.
    if (round % 2 === 1) await writeFile(`${path}.takeover`, stale)
    const got = await Promise.all(Array.from({ length: 8 }, () => takeLock(process, path)))
    assert.equal(got.filter(each => 'release' in each).length, 1)
  }
  const left = (await readdir(folder)).filter(name => name.startsWith('crowd'))
  assert.equal(left.length, 10, 'drafts and take-overs are cleaned up')
})

test('who waits is told once by whom it is held, and gets it afterwards', async () => {
  const path = join(folder, 'wait.lock')
  const first = await mustTake(path)
  const told: number[] = []
  const second = await awaitLock(process, path, holder => {
    told.push(holder.pid)
    void first.release()
  })
  await second.release()
  assert.deepEqual(told, [process.pid])
})

test('a process is recognised while it lives, and not by its number alone', async () => {
  const self = await identify(process, process.pid)
  assert.ok(self)
  assert.equal(await isSameProcess(process, self), true)
  assert.equal(await isSameProcess(process, { ...self, started: 'another time' }), false)
  assert.equal(await identify(process, await endedProcess()), undefined)
})
