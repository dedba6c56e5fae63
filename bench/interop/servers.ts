import { Postgres } from './postgres.ts'
import { checkPostgres, checkPostgresHashes, postgresCases } from './postgres-checks.ts'
import { Redis } from './redis.ts'
import { checkRedis } from './redis-checks.ts'

/** Gets every dump of a server, by the server's and the file's name. */
export type Golden = (server: 'redis' | 'postgres', name: string, bytes: Uint8Array) => void

const REDIS_KEYS = [0, 1, 10, 1_000, 100_000]

/**
 * Our dialects against the programs themselves, each started for the occasion on the loopback. A program
 * that isn't installed is left out with a word; anything that doesn't hold throws.
 */
export async function checkServers(
  say: (line: string) => void,
  golden: Golden = () => undefined
): Promise<void> {
  const redisRan = await Redis.during(async (redis, version) => {
    for (const n of REDIS_KEYS) {
      await checkRedis(redis, n, (name, bytes) => golden('redis', name, bytes))
      say(`redis ${version}: ${n} keys, dense and sparse, PFCOUNT, PFMERGE: 0 registers differ`)
    }
  })
  if (!redisRan) say('redis: skipped, redis-server is not installed')

  const absent = await Postgres.during(async (postgres, version) => {
    await checkPostgresHashes(postgres)
    for (const each of postgresCases) {
      await checkPostgres(postgres, each, (name, bytes) => golden('postgres', name, bytes))
      const { log2m, regwidth, expthresh, sparseon } = each[0]
      const type = `hll(${log2m}, ${regwidth}, ${expthresh}, ${Number(sparseon)})`
      say(`postgresql-hll (SQL ${version}): ${type} of ${each[1].join(', ')} keys: 0 bytes differ`)
    }
  })
  if (absent) say(`postgresql-hll: skipped, ${absent}`)
}
