/**
 * CPU time of the process so far, all threads, in microseconds. A parameter, so that tests measure nothing. The time
 * of a thread alone moves in steps of milliseconds on Linux.
 */
export type Stopwatch = () => number

export const cpuStopwatch: Stopwatch = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}
