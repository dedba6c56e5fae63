import { checkBrowser } from './browser-checks.ts'
import { checkDataSketches } from './datasketches-checks.ts'
import { checkServers } from './servers.ts'

/* node bench/interop/run.ts: other people's programs read what we write, and we what they write;
 * and `headcount/sketch` runs in a browser. */
const say = (line: string): void => console.log(line)

await checkDataSketches(say)
await checkServers(say)
await checkBrowser(say)
