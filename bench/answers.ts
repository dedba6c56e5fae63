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
