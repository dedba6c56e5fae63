import { open, writeFile } from 'node:fs/promises'
import { brokerFiles } from './broker-folder.ts'

const TAIL_BYTES = 64 * 1_024
const ERROR_LINE = /\b(?:ERROR|FATAL)\b|^Exception in thread|^Error:|OutOfMemoryError/
/** The line of a stack trace that names the exception: `java.lang.RuntimeException: reason`. */
const EXCEPTION_LINE = /^(?:Caused by: )?(?:[a-z][\w$]*\.)+([A-Z][\w$]*: .*)/

/**
 * log4j2: a node's log, bounded to 3 files of 10 MB. Without log4j's own shutdown hook, which would
 * end the log before the broker has told how it went down.
 */
function serverLogging(log: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="warn" shutdownHook="disable">
  <Appenders>
    <RollingFile name="file" fileName="${log}" filePattern="${log}.%i">
      <PatternLayout pattern="[%d] %p %m (%c)%n"/>
      <SizeBasedTriggeringPolicy size="10MB"/>
      <DefaultRolloverStrategy max="2"/>
    </RollingFile>
  </Appenders>
  <Loggers><Root level="info"><AppenderRef ref="file"/></Root></Loggers>
</Configuration>
`
}

/** Kafka's tools: warnings, away from their output. */
const toolLogging = `<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="warn" shutdownHook="disable">
  <Appenders>
    <Console name="stderr" target="SYSTEM_ERR"><PatternLayout pattern="%p %m%n"/></Console>
  </Appenders>
  <Loggers><Root level="warn"><AppenderRef ref="stderr"/></Root></Loggers>
</Configuration>
`

export async function writeLogging(folder: string, ids: readonly number[]): Promise<void> {
  await writeFile(brokerFiles.toolLogging(folder), toolLogging)
  for (const id of ids) {
    await writeFile(
      brokerFiles.serverLogging(folder, id),
      serverLogging(escapeXml(brokerFiles.log(folder, id)))
    )
  }
}

/** The last error line that a node wrote since `from`, for people; undefined without one. */
export async function lastError(
  folder: string,
  id: number,
  from: LogPosition
): Promise<string | undefined> {
  const log = await tail(brokerFiles.log(folder, id), from.log)
  const output = await tail(brokerFiles.output(folder, id), from.output)
  return lastErrorIn(log) ?? lastErrorIn(output)
}

/** The last error of a log with its innermost cause, on one line. */
export function lastErrorIn(log: string): string | undefined {
  const lines = log.split('\n')
  const at = lines.findLastIndex(line => ERROR_LINE.test(line))
  if (at < 0) return undefined
  const cause = lines.slice(at + 1).findLast(line => EXCEPTION_LINE.test(line))
  const said = lines[at]!.replace(/^\[[^\]]*\] (?:ERROR|FATAL) /, '').replace(/ \([\w.$]+\)$/, '')
  const reason = cause === undefined ? said : EXCEPTION_LINE.exec(cause)![1]!
  return reason.trim().slice(0, 300)
}

/** Ends of a node's two logs before a start: what is written later belongs to that start. */
export interface LogPosition {
  readonly log: number
  readonly output: number
}

export async function logPosition(folder: string, id: number): Promise<LogPosition> {
  return {
    log: await size(brokerFiles.log(folder, id)),
    output: await size(brokerFiles.output(folder, id))
  }
}

async function tail(path: string, from: number): Promise<string> {
  const file = await open(path).catch(() => undefined)
  if (!file) return ''
  try {
    const { size } = await file.stat()
    // A log that was rolled over meanwhile is shorter than before: all of it is new.
    const start = Math.max(from <= size ? from : 0, size - TAIL_BYTES)
    const bytes = Buffer.alloc(size - start)
    await file.read(bytes, 0, bytes.length, start)
    return bytes.toString('utf8')
  } finally {
    await file.close()
  }
}

async function size(path: string): Promise<number> {
  const file = await open(path).catch(() => undefined)
  if (!file) return 0
  const { size: bytes } = await file.stat()
  await file.close()
  return bytes
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')
}
