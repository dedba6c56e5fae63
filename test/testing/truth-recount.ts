import { type BrokenReason, brokenReasons, type TrueMinute } from '../../src/testing/frame-truth.ts'

/** Counts generated lines the slow and obvious way. */
export function recount(bytes: Buffer) {
  const minutes = new Map<number, { frames: number; users: Set<string> }>()
  const users = new Set<string>()
  const broken = Object.fromEntries(brokenReasons.map(reason => [reason, 0])) as Record<
    BrokenReason,
    number
  >
  let frames = 0
  const lines = bytes.toString('latin1').slice(0, -1).split('\n')
  for (const line of lines) {
    const reason = reject(line)
    if (reason) {
      broken[reason]++
      continue
    }
    const { uid, ts } = parse(line) as { uid: string; ts: number }
    const start = Math.floor((ts < 1e10 ? ts : ts / 1_000) / 60) * 60
    const minute = minutes.get(start) ?? { frames: 0, users: new Set() }
    minutes.set(start, minute)
    minute.frames++
    minute.users.add(uid)
    users.add(uid)
    frames++
  }
  const sorted: TrueMinute[] = [...minutes]
    .sort(([left], [right]) => left - right)
    .map(([start, minute]) => ({ start, frames: minute.frames, uniques: minute.users.size }))
  return { lines: lines.length, frames, distinct_uids: users.size, minutes: sorted, broken }
}

function reject(line: string): BrokenReason | undefined {
  const frame = parse(line)
  if (frame === undefined) return 'bad-json'
  if (frame.uid === undefined) return 'no-key'
  if (typeof frame.uid !== 'string') return 'bad-key'
  if (frame.ts === undefined) return 'no-time'
  return typeof frame.ts === 'number' ? undefined : 'bad-time'
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(line, 'latin1').toString()) as Record<string, unknown>
  } catch {
    return undefined
  }
}
