import { Buffer, isUtf8 } from 'node:buffer'
import { failure } from '../../core/errors.ts'
import type { ReadRecord } from '../../kafka/fetch/record-reader.ts'

/** Adds a record as it is printed to the parts of one write. */
export type RecordFormat = (record: ReadRecord, parts: Uint8Array[]) => void

const LINE_END = Buffer.from('\n')
const NOTHING = Buffer.alloc(0)

/** The value as it is and a line end; a tombstone is an empty line. */
export const valueFormat: RecordFormat = (record, parts) => {
  if (record.value) parts.push(record.value)
  parts.push(LINE_END)
}

/**
 * One JSON object a line. Key, value and header values are text, or `…Base64` where they are not
 * UTF-8; headers are a list, because their names may repeat. A record without time has null.
 */
export function envelopeFormat(topic: string): RecordFormat {
  return (record, parts) => {
    const { partition, offset, time, key, value, headers } = record
    const envelope = {
      topic,
      partition,
      offset,
      timestamp: time < 0 ? null : time,
      ...textField('key', key),
      headers: headers.map(([name, bytes]) => ({ name, ...textField('value', bytes) })),
      ...textField('value', value)
    }
    parts.push(Buffer.from(`${JSON.stringify(envelope)}\n`))
  }
}

function textField(name: string, bytes: Uint8Array | null): Record<string, string | null> {
  if (bytes === null) return { [name]: null }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return isUtf8(buffer)
    ? { [name]: buffer.toString() }
    : { [`${name}Base64`]: buffer.toString('base64') }
}

type Piece = (record: ReadRecord) => Uint8Array

/**
 * kcat's letters: %t topic, %p partition, %o offset, %T time in ms, %k key, %s or %v value, %K and %S
 * or %V their sizes in bytes (−1: null), %h headers as name=value, %% a percent sign; and the escapes
 * \n \r \t \\ \xHH. Throws `option-value`.
 */
export function templateFormat(template: string, topic: string): RecordFormat {
  const pieces: Piece[] = []
  for (const [part] of template.matchAll(/%.?|\\x[0-9a-f]{2}|\\.?|[^%\\]+/gisu)) {
    const piece = part.startsWith('%') ? letter(part, topic) : constant(escapeText(part))
    pieces.push(piece ?? refuse(part))
  }
  return (record, parts) => {
    for (const piece of pieces) parts.push(piece(record))
  }
}

function letter(part: string, topic: string): Piece | undefined {
  switch (part) {
    case '%%':
      return constant('%')
    case '%t':
      return constant(topic)
    case '%p':
      return record => Buffer.from(String(record.partition))
    case '%o':
      return record => Buffer.from(String(record.offset))
    case '%T':
      return record => Buffer.from(String(record.time))
    case '%k':
      return record => record.key ?? NOTHING
    case '%s':
    case '%v':
      return record => record.value ?? NOTHING
    case '%K':
      return record => Buffer.from(String(record.key?.length ?? -1))
    case '%S':
    case '%V':
      return record => Buffer.from(String(record.value?.length ?? -1))
    case '%h':
      return record => Buffer.concat(headerParts(record))
    default:
      return undefined
  }
}

function headerParts({ headers }: ReadRecord): Uint8Array[] {
  return headers.flatMap(([name, value], i) => [
    Buffer.from(`${i > 0 ? ',' : ''}${name}=`),
    value ?? NOTHING
  ])
}

function constant(text: string): Piece {
  const bytes = Buffer.from(text, 'utf8')
  return () => bytes
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\n': '\n',
  '\\r': '\r',
  '\\t': '\t',
  '\\\\': '\\'
}

function escapeText(part: string): string {
  if (!part.startsWith('\\')) return part
  if (part.length === 4) return String.fromCharCode(Number.parseInt(part.slice(2), 16))
  return ESCAPES[part] ?? refuse(part)
}

function refuse(part: string): never {
  throw failure('option-value', {
    option: '--template',
    value: part,
    expected: 'one of %t %p %o %T %k %v %s %K %V %S %h %% \\n \\r \\t \\\\ \\xHH',
    example: "'%o %k %v\\n'"
  })
}
