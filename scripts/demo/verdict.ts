import { styleText } from 'node:util'
import { LatestResults } from '../../src/result/latest-results.ts'
import { parseResult } from '../../src/result/result-record.ts'

/** The file that `headcount generate --truth` writes; starts in seconds. */
export interface Truth {
  readonly frames: number
  readonly distinct_uids: number
  readonly minutes: readonly { start: number; frames: number; uniques: number }[]
}

/** The newest result of each minute. */
function latestMinutes(jsonl: string): Map<number, { uniques: number; frames: number }> {
  const latest = new LatestResults()
  for (const line of jsonl.split('\n')) {
    const result = line === '' ? undefined : parseResult(line)
    if (result?.window === '1m') latest.take(result)
  }
  return new Map(latest.sorted().map(result => [Date.parse(result.start) / 1_000, result]))
}

export function countedFrames(jsonl: string): number {
  let sum = 0
  for (const { frames } of latestMinutes(jsonl).values()) sum += frames
  return sum
}

/** Compares every minute with the truth and says so; true when all are equal. */
export function compare(truth: Truth, jsonl: string): boolean {
  const found = latestMinutes(jsonl)
  let wrong = found.size === truth.minutes.length ? 0 : 1
  for (const { start, frames, uniques } of truth.minutes) {
    const minute = found.get(start)
    if (minute?.uniques === uniques && minute.frames === frames) continue
    wrong++
    const said = minute ? `${minute.uniques} users in ${minute.frames} frames` : 'nothing'
    const at = new Date(start * 1_000).toISOString()
    console.log(`  ${at}: ${said}, the truth is ${uniques} users in ${frames} frames`)
  }
  const { frames, minutes } = truth
  console.log(
    wrong === 0
      ? styleText('green', `✔ equal to the truth: ${minutes.length} minutes, ${frames} frames`)
      : styleText('red', `✖ ${wrong} differences from the truth`)
  )
  return wrong === 0
}
