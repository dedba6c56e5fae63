import { sourceKey } from '../merge/range-check.ts'
import type { Slowest } from '../merge/watermark.ts'

/** Partitions that a hint names at most: it has to fit into the metadata of an offset. */
export const HINTED_MAX = 8

/** What a stage-2 task writes beside its stored offset, for people and for stage 1. */
export interface CommitHint {
  readonly commit: number
  /** W2 in ms, −Infinity before it is known. */
  readonly watermark: number
  /** Who is furthest behind, that one first; undefined while one has said nothing or has no clock. */
  readonly slowest: readonly Slowest[] | undefined
  /** Of the state cache; undefined in what an earlier version wrote. */
  readonly stateBytes: number | undefined
}

/** As JSON; `slowest` is a list of topic id, partition and clock. */
export function encodeHint({ commit, watermark, slowest, stateBytes }: CommitHint): string {
  const listed = slowest?.map(({ source, partition, clock }) => [source, partition, clock])
  return JSON.stringify({ commit, watermark, slowest: listed, stateBytes })
}

/** Undefined for anything that no stage-2 task has written. */
export function decodeHint(metadata: string): CommitHint | undefined {
  let value: unknown
  try {
    value = JSON.parse(metadata)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { commit, watermark, slowest, stateBytes } = value as Record<string, unknown>
  if (typeof commit !== 'number') return undefined
  return {
    commit,
    watermark: typeof watermark === 'number' ? watermark : Number.NEGATIVE_INFINITY,
    slowest: slowestIn(slowest),
    stateBytes: typeof stateBytes === 'number' ? stateBytes : undefined
  }
}

/**
 * The least clock of the partitions that others read, from the commit metadata of every stage-2 task: each
 * has read every mark, and the task that is furthest behind decides. Infinity when they are all at their
 * end, −Infinity while it is unknown. A task that names nobody has its watermark stand for it. `isOurs`
 * is asked with names as `sourceKey` makes them.
 */
export function floorOf(
  metadata: readonly (string | undefined)[],
  isOurs: (name: string) => boolean
): number {
  let floor = Number.POSITIVE_INFINITY
  for (const text of metadata) {
    const hint = text === undefined ? undefined : decodeHint(text)
    if (!hint) return Number.NEGATIVE_INFINITY
    const { slowest, watermark } = hint
    if (!slowest) {
      floor = Math.min(floor, watermark)
      continue
    }
    // Of those that are not named it is known that they are not further behind than the last one.
    const unnamed = slowest.length >= HINTED_MAX ? slowest.at(-1) : undefined
    const lowest = slowest.find(each => !isOurs(sourceKey(each))) ?? unnamed
    floor = Math.min(floor, lowest?.clock ?? Number.POSITIVE_INFINITY)
  }
  return floor
}

function slowestIn(value: unknown): Slowest[] | undefined {
  if (!Array.isArray(value)) return undefined
  const slowest: Slowest[] = []
  for (const each of value) {
    if (!Array.isArray(each)) return undefined
    const [source, partition, clock] = each
    if (typeof source !== 'string' || typeof partition !== 'number' || typeof clock !== 'number') {
      return undefined
    }
    slowest.push({ source, partition, clock })
  }
  return slowest
}
