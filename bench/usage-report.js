import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/*
 * Preloaded into every measured process (`node --import`): writes what the whole process used, start-up,
 * JIT, GC and threads included, when it ends. Plain JavaScript: to load what strips types of it would cost each
 * process that is measured 50 ms, and a count, which starts itself again, twice that.
 */
const path = process.env.HEADCOUNT_USAGE_FILE
if (path) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    const wall = process.uptime()
    const maxRSS = largestRss()
    writeFileSync(path, JSON.stringify({ cpuSeconds: (user + system) / 1e6, maxRSS, wall }))
  })
}

/** In KiB. On Linux `resourceUsage` begins with what the process had that made this one. */
function largestRss() {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
  const own = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]
  return own === undefined ? process.resourceUsage().maxRSS : Number(own)
}
