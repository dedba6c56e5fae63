import { parseArgs } from 'node:util'
import { checkBrowser } from './browser-checks.ts'

/*
 * node bench/interop/run-browser.ts [--dist DIR]
 *
 * `headcount/sketch` in headless Chromium (Debian: apt-get install chromium), in a page and in a worker.
 * With --dist the package that was built there is tried, else one is built for the occasion.
 */
const { values } = parseArgs({ options: { dist: { type: 'string' } } })

await checkBrowser(line => console.log(line), values.dist)
