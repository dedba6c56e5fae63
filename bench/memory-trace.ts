import { appendFileSync } from 'node:fs'

/** What a process held at a time, in bytes. */
export interface MemorySample extends NodeJS.MemoryUsage {
  /** Since the process began. */
  readonly seconds: number
}

const EVERY_MS = 1_000

/**
 * Preloaded into a measured process (`node --import 'memory-trace.ts?to=<file>'`): writes what its memory
 * consists of, a line of JSON every second.
 */
const path = new URL(import.meta.url).searchParams.get('to')
if (path) {
  const timer = setInterval(() => {
    const sample: MemorySample = { seconds: process.uptime(), ...process.memoryUsage() }
    appendFileSync(path, `${JSON.stringify(sample)}\n`)
  }, EVERY_MS)
  timer.unref()
}
