import assert from 'node:assert/strict'
import { PostgresHll } from '../../src/sketch/postgres-hll.ts'
import type { PostgresParameters } from '../../src/sketch/postgres-parameters.ts'
import { userKeys } from './keys.ts'
import type { Postgres } from './postgres.ts'

type Golden = (name: string, bytes: Uint8Array) => void

/** Parameters, and numbers of keys that lead to each form. */
export const postgresCases: readonly [PostgresParameters, readonly number[]][] = [
  [parameters(11, 5, -1, true), [0, 1, 10, 160, 161, 400, 1_000, 100_000]],
  [parameters(14, 5, -1, true), [1_000, 2_000, 100_000]],
  [parameters(12, 6, 0, true), [0, 1, 300, 100_000]],
  [parameters(10, 4, 64, false), [64, 65, 20_000]],
  [parameters(4, 1, 1, true), [1, 2, 3, 20]],
  [parameters(4, 2, 0, true), [1, 2, 3, 4, 5, 6]],
  [parameters(17, 7, 0, true), [10, 100_000]]
]

/** All that is promised about postgresql-hll. Throws at the first thing that doesn't hold. */
export async function checkPostgres(
  postgres: Postgres,
  [parameters, counts]: (typeof postgresCases)[number],
  golden: Golden
): Promise<void> {
  const { log2m, regwidth, expthresh, sparseon } = parameters
  const modifiers = [log2m, regwidth, expthresh, Number(sparseon)].join(', ')
  const theirs = (from: number, count: number): string => `(select coalesce(
    hll_add_agg(hll_hash_text('user-' || i), ${modifiers}), hll_empty(${modifiers}))
    from generate_series(${from}, ${from + count - 1}) i)`
  for (const n of counts) {
    const where = `hll(${modifiers}) of ${n} keys`
    const ours = hllOf(parameters, 0, n)
    const bytes = ours.serialize()
    const stored = await postgres.bytes(`select ${theirs(0, n)}`)
    assert.deepEqual(bytes, stored, `bytes of ${where}`)
    assert.deepEqual(PostgresHll.read(stored).serialize(), stored, `bytes of ${where}, read`)
    golden(
      `hll-${log2m}-${regwidth}-${thresholdName(expthresh)}-${Number(sparseon)}-n${n}.hll`,
      stored
    )

    const cast = `'\\x${Buffer.from(bytes).toString('hex')}'::hll`
    assert.deepEqual(await postgres.bytes(`select ${cast}`), bytes, `cast of ${where}`)
    const count = await postgres.query(
      `select hll_cardinality(${cast}) = hll_cardinality(${theirs(0, n)})`
    )
    assert.deepEqual(count, ['t'], `cardinality of ${where}`)

    for (const others of counts) {
      const half = Math.floor(n / 2)
      const union = PostgresHll.read(stored)
      union.merge(hllOf(parameters, half, others))
      const united = await postgres.bytes(`select hll_union(${cast}, ${theirs(half, others)})`)
      assert.deepEqual(union.serialize(), united, `union of ${where} with ${others}`)
    }
  }
}

/** Our id of a key is theirs, for each type that has one. */
export async function checkPostgresHashes(postgres: Postgres): Promise<void> {
  const integer = Buffer.alloc(8)
  integer.writeBigInt64LE(-1_234_567_890_123n)
  const small = Buffer.alloc(4)
  small.writeInt32LE(-42)
  const keys = [
    ["hll_hash_text('')", Buffer.alloc(0)],
    ["hll_hash_text('zürich ☃ 😀')", Buffer.from('zürich ☃ 😀')],
    ["hll_hash_bytea('\\x00ff80')", Buffer.from([0, 255, 128])],
    ['hll_hash_bigint(-1234567890123)', integer],
    ['hll_hash_integer(-42)', small]
  ] as const
  for (const [sql, key] of keys) {
    const ours = new PostgresHll()
    ours.addBytes(key)
    const theirs = await postgres.bytes(`select hll_add(hll_empty(), ${sql})`)
    assert.deepEqual(ours.serialize(), theirs, sql)
  }
}

function hllOf(parameters: PostgresParameters, from: number, count: number): PostgresHll {
  const hll = new PostgresHll(parameters)
  for (const key of userKeys(from, count)) hll.addBytes(key)
  return hll
}

function thresholdName(expthresh: number): string {
  return expthresh === -1 ? 'auto' : String(expthresh)
}

function parameters(
  log2m: number,
  regwidth: number,
  expthresh: number,
  sparseon: boolean
): PostgresParameters {
  return { log2m, regwidth, expthresh, sparseon }
}
