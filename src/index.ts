import { SqliteCache } from './host/sqlite-cache.ts'
import { systemClock } from './host/system-clock.ts'
import { lineThread } from './line-thread/entry.ts'
import { type CountOptions, startCount } from './runtime/count.ts'
import type { CountRun } from './runtime/count-run.ts'

/**
 * Counts distinct keys per window of event time. Iterate what it returns for the results; leaving
 * the loop stops the count in order.
 *
 *     for await (const result of count({ source: jsonlSource(process.stdin), key: 'uid', windows: ['1m'] })) …
 */
export function count(options: CountOptions): CountRun {
  const folder = options.stateDir
  return startCount(options, {
    clock: systemClock,
    lineThread,
    openStateCache: task => new SqliteCache({ task, ...(folder !== undefined && { folder }) })
  })
}

export { type ErrorCode, HeadcountError } from './core/errors.ts'
export { type JsonlOptions, jsonlSource } from './host/jsonl-source.ts'
export { type KafkaSourceOptions, kafkaSource } from './kafka-app/source.ts'
export type { Source } from './port/source.ts'
export type { ClosedBy, ResultRecord, ResultStatus } from './result/result-record.ts'
export type { AppSource } from './runtime/app-ports.ts'
export type { CountOptions } from './runtime/count.ts'
export type { CountRun } from './runtime/count-run.ts'
export type { RunReport } from './runtime/report.ts'
