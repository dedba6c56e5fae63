import type { LatestResults } from '../../src/result/latest-results.ts'
import { formatTime } from '../../src/result/result-record.ts'

export interface OracleFrame {
  readonly ts: number
  readonly uid: string
}

/** What a window must end with: a map of sets, nothing clever. `ts` in seconds. */
export function trueCounts(
  frames: readonly OracleFrame[],
  sizes: Readonly<Record<string, number>>
): Map<string, { uniques: number; frames: number }> {
  const windows = new Map<string, { users: Set<string>; frames: number }>()
  for (const { ts, uid } of frames) {
    for (const [name, seconds] of Object.entries(sizes)) {
      const start = formatTime(Math.floor(ts / seconds) * seconds * 1_000)
      const key = `${name}|${start}`
      const window = windows.get(key) ?? { users: new Set<string>(), frames: 0 }
      window.users.add(uid)
      window.frames++
      windows.set(key, window)
    }
  }
  return new Map(
    [...windows].map(([key, { users, frames }]) => [key, { uniques: users.size, frames }])
  )
}

/** The newest results in the same shape. */
export function countsOf(latest: LatestResults): Map<string, { uniques: number; frames: number }> {
  return new Map(
    latest
      .sorted()
      .map(({ window, start, uniques, frames }) => [`${window}|${start}`, { uniques, frames }])
  )
}

export function sortedEntries<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([left], [right]) => (left < right ? -1 : 1))
}
