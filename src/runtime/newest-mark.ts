import type { Mark } from '../combine/mark.ts'
import { InputMarks } from '../merge/input-marks.ts'
import type { AppLog, InRecord, LogName } from '../port/log.ts'

const POLL_MS = 200

/**
 * The newest mark of an input partition that follows on all before it, in the app's own topics. Where
 * stage 1 goes on when its group's offsets are gone.
 */
export async function newestMark(
  log: AppLog,
  source: string,
  partition: number
): Promise<Mark | undefined> {
  const marks = new InputMarks()
  for await (const { key, value } of recordsOf(log, 'windows', 0)) marks.takeState(key, value, 0)
  for await (const { value } of recordsOf(log, 'partials', marks.position)) {
    marks.takePartial(value, 0)
  }
  return marks.view(source, partition)?.mark
}

/** What partition 0 of a log holds now, from an offset or from the first one kept. */
async function* recordsOf(log: AppLog, name: LogName, from: number): AsyncGenerator<InRecord> {
  const { start, end } = await log.bounds(name, 0)
  const reader = await log.read(name, 0, Math.max(from, start))
  try {
    while (reader.position < end) yield* await reader.poll(POLL_MS)
  } finally {
    await reader.close()
  }
}
