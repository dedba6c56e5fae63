/** Minutes with uniques and frames, as one canonical line: what every contender must agree on. */
export function minutesOf(
  rows: Iterable<readonly [start: number, uniques: number, frames: number]>
): string {
  return [...rows]
    .sort(([left], [right]) => left - right)
    .map(row => row.join(':'))
    .join(' ')
}

/** The answer in headcount's JSONL: the last word on each minute. */
export function answerOfResults(stdout: string): string {
  const minutes = new Map<number, readonly [number, number, number]>()
  for (const line of stdout.trim().split('\n')) {
    const { start, uniques, frames } = JSON.parse(line)
    const at = Date.parse(start) / 60_000
    minutes.set(at, [at, uniques, frames])
  }
  return minutesOf(minutes.values())
}

/** Proves that the exact number of every minute lies within headcount's bounds. */
export function checkBounds(stdout: string, exact: string | undefined): undefined {
  if (exact === undefined) return
  const bounds = new Map<number, { low: number; high: number; frames: number }>()
  for (const line of stdout.trim().split('\n')) {
    const { start, low, high, frames } = JSON.parse(line)
    bounds.set(Date.parse(start) / 60_000, { low, high, frames })
  }
  for (const minute of exact.split(' ')) {
    const [start, uniques, frames] = minute.split(':').map(Number) as [number, number, number]
    const found = bounds.get(start)
    if (found && found.low <= uniques && uniques <= found.high && found.frames === frames) continue
    throw new Error(
      `minute ${start}: ${uniques} users in ${frames} frames, found ${JSON.stringify(found)}`
    )
  }
}
