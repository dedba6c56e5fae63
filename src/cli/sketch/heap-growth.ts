import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes that the JavaScript heap holds more once `make` has run and its result is kept. */
export function heapGrowth<T>(make: () => T): { readonly made: T; readonly bytes: number } {
  const collect = collector()
  collect()
  const before = process.memoryUsage().heapUsed
  const made = make()
  collect()
  return { made, bytes: Math.max(process.memoryUsage().heapUsed - before, 0) }
}

/** The collector is there for a process that was not started with the flag, too. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
