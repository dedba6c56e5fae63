import { topicOf } from '../../app/names.ts'
import { type AppRecord, appRecordKey, decodeAppRecord } from '../../app/record.ts'
import { text } from '../../core/bytes.ts'
import { failure, isFailure } from '../../core/errors.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import type { ReadRecord } from '../../kafka/fetch/record-reader.ts'
import { TopicAdmin } from '../../kafka/topic/topic-admin.ts'
import { InputMarks } from '../../merge/input-marks.ts'
import type { LogName } from '../../port/log.ts'
import { appMissing } from './app-names.ts'
import { committedRecords } from './committed-records.ts'

const APP_KEY = text(appRecordKey)
/** A control topic of ours holds a few records; one of somebody else's may hold any number. */
const CONTROL_RECORDS_MAX = 10_000

/** Throws `app-missing` with the nearest name, `app-unbegun`, `app-record-foreign`. */
export async function readAppRecord(
  cluster: Cluster,
  app: string,
  signal: AbortSignal
): Promise<AppRecord> {
  const topic = topicOf(app, 'control')
  if (!(await new TopicAdmin(cluster).find(topic))) throw await appMissing(cluster, app)
  const record = await findAppRecord(cluster, app, signal)
  if (!record) throw failure('app-unbegun', { topic })
  return record
}

/** The newest app record in the control topic; undefined without one. Throws `app-record-foreign`. */
export async function findAppRecord(
  cluster: Cluster,
  app: string,
  signal: AbortSignal
): Promise<AppRecord | undefined> {
  let [read, found]: [number, AppRecord | undefined] = [0, undefined]
  for await (const record of committedRecords(cluster, topicOf(app, 'control'), 0, 0, signal)) {
    const { key, value } = record
    if (key && value && text(key) === APP_KEY) {
      found = within('control', record, () => checked(decodeAppRecord(value), app))
    }
    if (++read >= CONTROL_RECORDS_MAX) break
  }
  return found
}

/** A record that was copied from elsewhere must not lead to the topics of that other app. */
function checked(record: AppRecord, app: string): AppRecord {
  if (record.app === app) return record
  throw failure('format-damaged', { format: 'app record', problem: `it is that of ${record.app}` })
}

/** The newest marks of the app's input. Reads one partition of the state whole. */
export async function readInputMarks(
  cluster: Cluster,
  app: string,
  signal: AbortSignal
): Promise<InputMarks> {
  const marks = new InputMarks()
  for await (const record of committedRecords(cluster, topicOf(app, 'windows'), 0, 0, signal)) {
    within('windows', record, () => marks.takeState(record.key, record.value, record.time))
  }
  const rest = committedRecords(cluster, topicOf(app, 'partials'), 0, marks.position, signal)
  for await (const record of rest) {
    within('partials', record, () => marks.takePartial(record.value, record.time))
  }
  return marks
}

/** Names the record that makes no sense. */
function within<T>(log: LogName, record: ReadRecord, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!isFailure(error, 'format-damaged', 'format-version')) throw error
    const { partition, offset } = record
    throw failure('app-record-foreign', { log, partition, offset, problem: error.message }, error)
  }
}
