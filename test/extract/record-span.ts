import type { Records } from '../../src/extract/extractor.ts'

export interface TestRecord {
  readonly offsetDelta?: number
  readonly timeDelta?: number
  readonly key?: string | Uint8Array | null
  readonly value: string | Uint8Array | null
  readonly headers?: readonly (readonly [string, string | null])[]
}

/** The records of a batch as a broker keeps them, written independently of the walker. */
export function recordSpan(records: readonly TestRecord[], batch: Partial<Records> = {}): Records {
  const bytes = Buffer.concat([Buffer.from('xx'), ...records.map(encode), Buffer.from('yyy')])
  return {
    bytes,
    start: 2,
    end: bytes.length - 3,
    count: records.length,
    fromOffset: 0,
    baseOffset: 0,
    baseTime: 1_468_244_384_000,
    maxTime: 1_468_244_999_999,
    logAppendTime: false,
    ...batch
  }
}

function encode(record: TestRecord, index: number): Buffer {
  const headers = record.headers ?? []
  const body = Buffer.concat([
    Buffer.from([0]),
    zigzag(record.timeDelta ?? 0),
    zigzag(record.offsetDelta ?? index),
    block(record.key ?? null),
    block(record.value),
    zigzag(headers.length),
    ...headers.flatMap(([name, value]) => [block(name), block(value)])
  ])
  return Buffer.concat([zigzag(body.length), body])
}

function block(content: string | Uint8Array | null): Buffer {
  if (content === null) return zigzag(-1)
  const bytes = Buffer.from(content as Uint8Array)
  return Buffer.concat([zigzag(bytes.length), bytes])
}

export function zigzag(value: number): Buffer {
  const out: number[] = []
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  do {
    out.push(Number(rest & 127n) | (rest > 127n ? 128 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Buffer.from(out)
}
