import { SqliteCache } from '../../src/host/sqlite-cache.ts'

// Holds a state file in the folder of its first argument until it is killed.
const cache = new SqliteCache({ folder: process.argv[2]!, task: 'other-0' })
cache.put(0, 0, 'null', 0, new Uint8Array(100_000))
cache.commit()
process.stdout.write('ready\n')
setInterval(() => cache.commit(), 1_000)
