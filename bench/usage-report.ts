import { writeFileSync } from 'node:fs'

/**
 * Preloaded into every measured process (`node --import`): writes what the whole process used, start-up,
 * JIT, GC and threads included, when it ends.
 */
const path = process.env.HEADCOUNT_USAGE_FILE
if (path) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    const { maxRSS } = process.resourceUsage()
    const wall = process.uptime()
    writeFileSync(path, JSON.stringify({ cpuSeconds: (user + system) / 1e6, maxRSS, wall }))
  })
}
