import { decodeMark, MARK_TYPE, type Mark } from '../combine/mark.ts'
import { decodeKey, decodePosition } from '../merge/state-record.ts'
import type { AppLog, LogName } from '../port/log.ts'

const POLL_MS = 200

/**
 * The newest mark of an input partition that all before it reach: stored by stage 2 in windows 0, or in
 * the rest of partials 0 that it has not read yet. Where stage 1 goes on when its group's offsets are gone.
 */
export async function newestMark(
  log: AppLog,
  source: string,
  partition: number
): Promise<Mark | undefined> {
  let newest: Mark | undefined
  let position: number | undefined
  const isOurs = ({ range }: Mark): boolean =>
    range.source === source && range.partition === partition
  for await (const { key, value } of recordsOf(log, 'windows', 'start')) {
    if (!key || !value) continue
    const { type } = decodeKey(key)
    if (type === 'position') position = decodePosition(value).position
    if (type !== 'mark') continue
    const mark = decodeMark(value)
    if (isOurs(mark)) newest = mark
  }
  for await (const { value } of recordsOf(log, 'partials', position ?? 'start')) {
    if (value?.[0] !== MARK_TYPE) continue
    const mark = decodeMark(value)
    if (isOurs(mark) && (!newest || mark.range.from === newest.range.to)) newest = mark
  }
  return newest
}

async function* recordsOf(
  log: AppLog,
  name: LogName,
  from: number | 'start'
): AsyncGenerator<{ key: Uint8Array | null; value: Uint8Array | null }> {
  const { start, end } = await log.bounds(name, 0)
  const reader = await log.read(name, 0, from === 'start' ? 'start' : Math.max(from, start))
  try {
    while (reader.position < end) yield* await reader.poll(POLL_MS)
  } finally {
    await reader.close()
  }
}
