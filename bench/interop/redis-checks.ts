import assert from 'node:assert/strict'
import { RedisHll } from '../../src/sketch/redis-hll.ts'
import { userKeys } from './keys.ts'
import type { Redis } from './redis.ts'

type Golden = (name: string, bytes: Uint8Array) => void

const HEADER_BYTES = 16
const BATCH = 1_000

/** All that is promised about Redis, for `n` keys. Throws at the first thing that doesn't hold. */
export async function checkRedis(redis: Redis, n: number, golden: Golden): Promise<void> {
  const ours = hllOf(0, n)
  const other = hllOf(n / 2, n)
  await add(redis, 'theirs', 0, n)
  await add(redis, 'other', n / 2, n)
  const count = await redis.count('theirs')

  const sparse = await redis.dump('theirs')
  await redis.send('PFDEBUG', 'TODENSE', 'theirs')
  const dense = await redis.dump('theirs')
  for (const dump of [sparse, dense]) sameRegisters(RedisHll.read(dump), ours)
  golden(`${sparse[4] === 1 ? 'sparse' : 'dense'}-n${n}.hyll`, sparse)
  // One that Redis would keep sparse is enough.
  if (n === 10) golden(`dense-n${n}.hyll`, dense)

  for (const bytes of [ours.serialize(), ours.serialize(0)]) {
    await redis.send('SET', 'ours', bytes)
    assert.equal(await redis.count('ours'), count, `PFCOUNT of our ${n} keys`)
    await redis.send('PFMERGE', 'union', 'ours', 'other')
    const union = hllOf(0, n)
    union.merge(other)
    sameRegisters(RedisHll.read(await redis.dump('union')), union)
    // And added to: the form must be one that Redis itself can go on with.
    await redis.send('PFADD', 'ours', 'one more')
    const more = hllOf(0, n)
    more.addBytes(Buffer.from('one more'))
    sameRegisters(RedisHll.read(await redis.dump('ours')), more)
  }
  await redis.send('DEL', 'theirs', 'other', 'ours', 'union')
}

function hllOf(from: number, count: number): RedisHll {
  const hll = new RedisHll()
  for (const key of userKeys(from, count)) hll.addBytes(key)
  return hll
}

async function add(redis: Redis, name: string, from: number, count: number): Promise<void> {
  await redis.send('PFADD', name)
  const keys = userKeys(from, count)
  for (let at = 0; at < keys.length; at += BATCH) {
    await redis.send('PFADD', name, ...keys.slice(at, at + BATCH))
  }
}

function sameRegisters(left: RedisHll, right: RedisHll): void {
  const [a, b] = [left, right].map(hll => hll.serialize(0).subarray(HEADER_BYTES))
  assert.deepEqual(a, b, 'registers differ')
}
