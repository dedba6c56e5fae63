import { writeFileSync } from 'node:fs'
import { checkServers, type Golden } from './servers.ts'

/*
 * node bench/interop/run-servers.ts [--golden]
 *
 * Redis and postgresql-hll read what we write, and we what they write. Debian: apt-get install
 * redis-server postgresql-15-hll. With --golden the dumps that the unit tests need are written again.
 */
const folder = new URL('../../test/golden/', import.meta.url)

/** Dumps above this size prove no more than the ones below. */
const GOLDEN_BYTES_MAX = 13_000

const keep: Golden = (server, name, bytes) => {
  if (bytes.length <= GOLDEN_BYTES_MAX) writeFileSync(new URL(`${server}/${name}`, folder), bytes)
}

await checkServers(line => console.log(line), process.argv.includes('--golden') ? keep : undefined)
