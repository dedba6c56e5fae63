import { createExtractor } from '../../src/extract/create.ts'
import type { SketchKind } from '../../src/sketch/index.ts'
import type { Field, FormatFrames } from '../format-frames.ts'
import { MinuteSets, MinuteUsers } from '../minute-users.ts'
import { isInstalled } from '../packages.ts'

/** Frames in one format, and a way from their bytes to users per minute. */
export interface FormatContender {
  readonly format: string
  readonly way: string
  /** Records, or batches of frames: what Kafka would store as values. */
  readonly values: readonly Uint8Array[]
  /** One pass, checked against the truth. Sketches are of this kind. */
  readonly run: (kind: SketchKind) => { check(truth: ReadonlyMap<number, number>): void }
}

const CHUNK_BYTES = 256 * 1_024
/** Frames of a columnar batch. */
const BATCH_FRAMES = 1_000

/** All that can be measured here. Packages that are missing are said. */
export async function formatContenders(input: FormatFrames): Promise<readonly FormatContender[]> {
  const say = (line: string): void => console.log(`  ${line}`)
  return [
    ...jsonContenders(input),
    ...(isInstalled('avsc', say) ? await avroContenders(input) : []),
    ...(isInstalled('protobufjs', say) ? await protobufContenders(input) : []),
    ...(isInstalled('apache-arrow', say) ? await arrowContenders(input) : [])
  ]
}

function jsonContenders({ frames }: FormatFrames): FormatContender[] {
  const values = frames.map(frame => Buffer.from(JSON.stringify(frame)))
  const lines = Buffer.concat(values.flatMap(value => [value, Buffer.from('\n')]))
  const extractor = createExtractor({ key: 'uid', time: 'ts' })
  const parse: FormatContender['run'] = () => {
    const users = new MinuteSets()
    for (const value of values) {
      const { ts, uid } = JSON.parse(value.toString()) as { ts: number; uid: string }
      users.add(ts, uid)
    }
    return users
  }
  const kernel: FormatContender['run'] = kind => {
    const users = new MinuteUsers(kind)
    const { columns } = extractor
    extractor.nextLine = 0
    for (let at = 0; at < lines.length; ) {
      const end = Math.min(lines.length, at + CHUNK_BYTES)
      at = extractor.lines(lines, at, end, end === lines.length)
      const { count, time } = columns
      for (let from = 0, to = 0; from < count; from = to) {
        const minute = Math.floor(time[from]! / 60_000)
        const end = (minute + 1) * 60_000
        to = from + 1
        while (to < count && time[to]! < end) to++
        users.addHashes(minute, columns, from, to)
      }
    }
    return users
  }
  return [
    { format: 'JSON', way: 'JSON.parse, Map of Sets', values, run: parse },
    { format: 'JSON', way: "headcount's kernel", values, run: kernel }
  ]
}

async function avroContenders({ fields, frames }: FormatFrames): Promise<FormatContender[]> {
  // Through a variable: the compiler must not look for a package that is rarely there.
  const name: string = 'avsc'
  const { default: avro } = await import(name)
  const schemaOf = (of: readonly Field[]) => ({ type: 'record', name: 'Frame', fields: of })
  const writer = avro.Type.forSchema(schemaOf(fields))
  const reader = avro.Type.forSchema(schemaOf(fields.filter(isWanted)))
  const resolver = reader.createResolver(writer)
  const values: Buffer[] = frames.map(frame => writer.toBuffer(frame))
  const decode = (read: (value: Buffer) => { ts: number; uid: string }): FormatContender['run'] => {
    return () => {
      const users = new MinuteSets()
      for (const value of values) {
        const { ts, uid } = read(value)
        users.add(ts, uid)
      }
      return users
    }
  }
  const sets = 'Map of Sets'
  return [
    {
      format: 'Avro',
      way: `avsc, ${sets}`,
      values,
      run: decode(value => writer.fromBuffer(value))
    },
    {
      format: 'Avro',
      way: `avsc, two fields wanted, ${sets}`,
      values,
      run: decode(value => reader.fromBuffer(value, resolver, true))
    },
    {
      format: 'Avro',
      way: 'by hand, hashed as bytes',
      values,
      run: kind => walkAvro(values, fields, kind)
    }
  ]
}

/** Fields have no marks: those before the wanted ones are stepped over by their types. */
function walkAvro(
  values: readonly Uint8Array[],
  fields: readonly Field[],
  kind: SketchKind
): MinuteUsers {
  const users = new MinuteUsers(kind)
  const last = fields.findLastIndex(isWanted)
  const cursor = new Cursor()
  for (const value of values) {
    cursor.begin(value)
    let seconds = 0
    let start = 0
    let end = 0
    for (let i = 0; i <= last; i++) {
      const { name, type } = fields[i]!
      if (type === 'boolean') cursor.at += 1
      else if (type === 'double') cursor.at += 8
      else {
        // Zigzag: even for what is not negative.
        const number = cursor.varint() / 2
        if (type === 'string') {
          if (name === 'uid') {
            start = cursor.at
            end = start + number
          }
          cursor.at += number
        } else if (name === 'ts') seconds = number
      }
    }
    users.add(seconds, value, start, end)
  }
  users.finish()
  return users
}

async function protobufContenders({ fields, frames }: FormatFrames): Promise<FormatContender[]> {
  const name: string = 'protobufjs'
  const { default: protobuf } = await import(name)
  const types = { long: 'uint32', double: 'double', boolean: 'bool', string: 'string' } as const
  const typeOf = (of: readonly Field[]) => {
    const type = new protobuf.Type('Frame')
    for (const field of of) {
      type.add(new protobuf.Field(field.name, fields.indexOf(field) + 1, types[field.type]))
    }
    return new protobuf.Root().add(type).lookupType('Frame')
  }
  const whole = typeOf(fields)
  const some = typeOf(fields.filter(isWanted))
  const values: Uint8Array[] = frames.map(frame => whole.encode(frame).finish())
  const decode = (type: {
    decode(value: Uint8Array): { ts: number; uid: string }
  }): FormatContender['run'] => {
    return () => {
      const users = new MinuteSets()
      for (const value of values) {
        const { ts, uid } = type.decode(value)
        users.add(ts, uid)
      }
      return users
    }
  }
  const numbers = ['ts', 'uid'].map(each => fields.findIndex(field => field.name === each) + 1)
  return [
    { format: 'Protobuf', way: 'protobufjs, Map of Sets', values, run: decode(whole) },
    {
      format: 'Protobuf',
      way: 'protobufjs, two fields wanted, Map of Sets',
      values,
      run: decode(some)
    },
    {
      format: 'Protobuf',
      way: 'by hand, hashed as bytes',
      values,
      run: kind => walkProtobuf(values, numbers, kind)
    }
  ]
}

/** Every field has its number and says how long it is: others are stepped over without a schema. */
function walkProtobuf(
  values: readonly Uint8Array[],
  [ts, uid]: readonly number[],
  kind: SketchKind
): MinuteUsers {
  const users = new MinuteUsers(kind)
  const cursor = new Cursor()
  for (const value of values) {
    cursor.begin(value)
    let seconds = -1
    let start = -1
    let end = 0
    while (seconds < 0 || start < 0) {
      const tag = cursor.varint()
      const wire = tag & 7
      if (wire === 1) cursor.at += 8
      else {
        const number = cursor.varint()
        if (wire === 2) {
          if (tag >>> 3 === uid) {
            start = cursor.at
            end = start + number
          }
          cursor.at += number
        } else if (tag >>> 3 === ts) seconds = number
      }
    }
    users.add(seconds, value, start, end)
  }
  users.finish()
  return users
}

async function arrowContenders({ fields, frames }: FormatFrames): Promise<FormatContender[]> {
  const name: string = 'apache-arrow'
  const arrow = await import(name)
  const types = {
    long: new arrow.Uint32(),
    double: new arrow.Float64(),
    boolean: new arrow.Bool(),
    string: new arrow.Utf8()
  }
  const values: Uint8Array[] = []
  for (let from = 0; from < frames.length; from += BATCH_FRAMES) {
    const some = frames.slice(from, from + BATCH_FRAMES)
    const columns = fields.map(field => {
      return [
        field.name,
        arrow.vectorFromArray(
          some.map(frame => frame[field.name]),
          types[field.type]
        )
      ]
    })
    values.push(arrow.tableToIPC(new arrow.Table(Object.fromEntries(columns)), 'stream'))
  }
  const rows: FormatContender['run'] = () => {
    const users = new MinuteSets()
    for (const value of values) {
      const table = arrow.tableFromIPC(value)
      const [ts, uid] = [table.getChild('ts'), table.getChild('uid')]
      for (let i = 0; i < table.numRows; i++) users.add(ts.get(i), uid.get(i))
    }
    return users
  }
  const columns: FormatContender['run'] = kind => {
    const users = new MinuteUsers(kind)
    for (const value of values) {
      const table = arrow.tableFromIPC(value)
      const times: Uint32Array = table.getChild('ts').data[0].values
      const { values: bytes, valueOffsets } = table.getChild('uid').data[0]
      const offsets = new Uint32Array(
        valueOffsets.buffer,
        valueOffsets.byteOffset,
        valueOffsets.length
      )
      for (let from = 0, to = 0; from < times.length; from = to) {
        const minute = Math.floor(times[from]! / 60)
        to = from + 1
        while (to < times.length && Math.floor(times[to]! / 60) === minute) to++
        users.addColumn(minute, bytes, offsets, from, to)
      }
    }
    return users
  }
  const way = `batches of ${BATCH_FRAMES}`
  return [
    { format: 'Arrow', way: `${way}, row by row, Map of Sets`, values, run: rows },
    { format: 'Arrow', way: `${way}, columns as they lie, hashed as bytes`, values, run: columns }
  ]
}

function isWanted({ name }: Field): boolean {
  return name === 'ts' || name === 'uid'
}

/** Reads unsigned varints, below 2^53. */
class Cursor {
  at = 0
  private bytes: Uint8Array = new Uint8Array(0)

  begin(bytes: Uint8Array): void {
    this.bytes = bytes
    this.at = 0
  }

  varint(): number {
    const { bytes } = this
    let byte = bytes[this.at++]!
    if (byte < 128) return byte
    let value = byte & 127
    for (let scale = 128; byte >= 128; scale *= 128) {
      byte = bytes[this.at++]!
      value += (byte & 127) * scale
    }
    return value
  }
}
