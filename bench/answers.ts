import assert from 'node:assert/strict'

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

/**
 * The minutes' answer of a count of several sizes; each size must hold all the frames, and windows that hold
 * all of them as many users.
 */
export function answerOfSizes(stdout: string, sizes: readonly string[], frames: number): string {
  const lines = stdout.trimEnd().split('\n')
  const words = new Map<string, { window: string; frames: number; uniques: number }>()
  for (const line of lines) {
    const word = JSON.parse(line)
    words.set(`${word.window} ${word.start}`, word)
  }
  const held = new Map(sizes.map(size => [size, 0]))
  const whole = new Set<number>()
  for (const { window, frames: counted, uniques } of words.values()) {
    held.set(window, held.get(window)! + counted)
    if (counted === frames) whole.add(uniques)
  }
  for (const [size, counted] of held) assert.equal(counted, frames, `frames in ${size}`)
  assert.ok(whole.size <= 1, `${[...whole].join(', ')} users in the same frames`)
  return answerOfResults(lines.filter(line => JSON.parse(line).window === '1m').join('\n'))
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

/** The largest error of each contender, in proportion to the exact number of the minute. */
export class LargestErrors {
  private readonly errors = new Map<string, number>()

  /** Takes an answer as `minutesOf` gives it. Throws when an error is beyond `limit`, or a frame is missing. */
  take(name: string, answer: string, exact: string, limit: number): void {
    const found = answer.split(' ')
    const wanted = exact.split(' ')
    if (found.length !== wanted.length) throw new Error(`${name}: ${found.length} minutes`)
    let largest = this.errors.get(name) ?? 0
    for (const [index, minute] of wanted.entries()) {
      const [start, uniques, frames] = minute.split(':').map(Number) as [number, number, number]
      const [at, value, counted] = found[index]!.split(':').map(Number) as [number, number, number]
      const error = Math.abs(value - uniques) / uniques
      largest = Math.max(largest, error)
      if (at === start && counted === frames && error <= limit) continue
      throw new Error(`${name}: ${found[index]} instead of ${minute}`)
    }
    this.errors.set(name, largest)
  }

  /** As a percentage; undefined for one that did not run. */
  percentOf(name: string): number | undefined {
    const error = this.errors.get(name)
    return error === undefined ? undefined : error * 100
  }

  print(): void {
    const each = [...this.errors].map(([name, error]) => `${name} ${(error * 100).toFixed(2)} %`)
    console.log(`  largest error of a minute: ${each.join(', ')}`)
  }
}
