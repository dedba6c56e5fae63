import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { jsonlSource } from '../../src/host/jsonl-source.ts'
import { Producer } from '../../src/kafka/produce/producer.ts'
import type { Clock } from '../../src/port/clock.ts'
import type { LineRules } from '../../src/port/sink.ts'
import { ProduceRun } from '../../src/produce/produce-run.ts'
import { RejectList } from '../produce/scripted-sink.ts'
import { ScriptedLeaders } from './scripted-leaders.ts'

const BATCH_BYTES = 700

/** Time stands still, so that batches end at their size alone. */
const standing: Clock = {
  now: () => 1_700_000_000_000,
  sleep: (_ms, signal) =>
    new Promise(resolve => signal?.addEventListener('abort', () => resolve(), { once: true }))
}

/** What reaches the brokers, by partition, and what does not; `odd` counts what went one by one. */
async function produced(
  input: Buffer,
  rules: LineRules,
  partitions: number,
  batchBytes = BATCH_BYTES
) {
  const leaders = new ScriptedLeaders()
  leaders.partitions = partitions
  const sink = await Producer.open(leaders.cluster, {
    topic: 't',
    rules,
    clock: standing,
    random: () => 0.5,
    batchBytes
  })
  let odd = 0
  const send = sink.send.bind(sink)
  sink.send = (...record) => {
    odd++
    send(...record)
  }
  const rejects = new RejectList()
  const source = jsonlSource([input][Symbol.iterator](), { readBytes: 1_024 })
  const report = await new ProduceRun({ source, sink, rejects, clock: standing }).run()
  sink.close()
  // Checksums, since a difference of so many bytes tells nobody anything.
  const batches = leaders.stored.map(
    ({ partition, count, bytes }) => `${partition} ${count} ${bytes.length} ${crc32(bytes)}`
  )
  return { batches, rejects: rejects.kept, report, odd }
}

/** The same where WASM is missing. */
async function producedPlainly(...args: Parameters<typeof produced>) {
  const { WebAssembly: real } = globalThis as { WebAssembly?: unknown }
  Object.assign(globalThis, { WebAssembly: undefined })
  try {
    return await produced(...args)
  } finally {
    Object.assign(globalThis, { WebAssembly: real })
  }
}

const LONG_NAME = 'a name that is longer than sixteen bytes'
const name = fc.constantFrom('uid', 'uidx', 'ui', 'ts', 'u\\u0069d', 'клю', 'a\\"b', LONG_NAME, '')
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }).map(each => JSON.stringify(each)),
  fc.constantFrom(
    '"\\u00e9"',
    '"\\ud800"',
    '"\\x"',
    '"\\u12g4"',
    '"tab\there"',
    '"open',
    '"\\"',
    '""'
  ),
  fc.integer({ min: 0, max: 400 }).map(n => `"${'k'.repeat(n)}"`)
)
const scalar = fc.oneof(
  text,
  fc.integer().map(String),
  fc.double().map(String),
  fc.constantFrom('01', '-', '-0', '1.', '.5', '1e5', '1E+', '+1', '12a', '1"'),
  fc.constantFrom('true', 'false', 'null', 'tru', 'nulll', 'True', '')
)
const space = fc.constantFrom('', '', '', ' ', '\t', '  ', '\r')
const { value } = fc.letrec<{ value: string; object: string }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    { weight: 5, arbitrary: scalar },
    { weight: 1, arbitrary: tie('object') },
    {
      weight: 1,
      arbitrary: fc.array(tie('value'), { maxLength: 3 }).map(each => `[${each.join(',')}]`)
    },
    { weight: 1, arbitrary: fc.constantFrom('[}', '{]', '{"a":1,}', '[1,]', '[[[]]]', '\\') }
  ),
  object: fc
    .array(fc.tuple(name, space, tie('value'), space), { maxLength: 4 })
    .map(all => `{${all.map(([n, before, v, after]) => `"${n}"${before}:${v}${after}`).join(',')}}`)
}))
const member = fc.tuple(name, space, value, space)
const usual = fc
  .array(member, { minLength: 1, maxLength: 5 })
  .map(all => `{${all.map(([n, a, v, b]) => `"${n}"${a}:${a}${v}${b}`).join(`,${all[0]![1]}`)}}`)
const line = fc.oneof(
  { weight: 8, arbitrary: usual },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 0, max: 99 }).map(n => `{"uid":"user ${n}","n":${n}}`)
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '{}',
      ' {"uid":1}',
      '{"uid":1} ',
      '\ufeff{"uid":2}',
      '{"uid":3}\r'
    )
  },
  { weight: 1, arbitrary: fc.nat(80).map(n => `{"uid":1,"x":${'['.repeat(n)}${']'.repeat(n)}}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"uid":1,"uid":2}',
      '{"x":{"uid":1},"uid":"b"}',
      '{"a\tb":1,"uid":7}'
    )
  }
)
const rule = fc.constantFrom<LineRules>(
  {},
  { check: 'whole' },
  { keyField: 'uid' },
  { keyField: 'uid', check: 'whole' },
  { keyField: LONG_NAME },
  { keyField: 'клю', check: 'whole' }
)

test('lines taken at once are the records, keys, partitions, batches and rejects of one by one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 30 }),
      fc.option(fc.nat(), { nil: undefined, freq: 1 }),
      rule,
      fc.integer({ min: 1, max: 5 }),
      async (lines, damage, rules, partitions) => {
        const input = Buffer.from(lines.map(each => `${each.replaceAll('\n', ' ')}\n`).join(''))
        // One byte that is no UTF-8.
        if (damage !== undefined && input.length > 0) input[damage % input.length] = 0xff
        const { odd: _, ...found } = await produced(input, rules, partitions)
        const { odd: __, ...plain } = await producedPlainly(input, rules, partitions)
        assert.deepEqual(found, plain)
      }
    ),
    { numRuns: 100, interruptAfterTimeLimit: 15_000 }
  )
})

test('usual frames are taken at once by every rule, whatever they cost', async () => {
  const frames = Array.from({ length: 600 }, (_, i) => {
    const key = [`"user ${i % 50}"`, String(i - 500), 'true', '"ключ"'][i % 4]!
    return `{"ts":${i},"x":{"uid":"no","e":1.5e-3,"l":[null,false]},"t":"\\u00e9\\\\ я","uid" : ${key}}\n`
  })
  const input = Buffer.from(frames.join(''))
  for (const rules of [{}, { keyField: 'uid' }, { keyField: 'uid', check: 'whole' }] as const) {
    const { odd, report, batches } = await produced(input, rules, 4, 20_000)
    assert.equal(report.frames, frames.length)
    assert.equal(odd, 0)
    const { odd: plainly, batches: expected } = await producedPlainly(input, rules, 4, 20_000)
    assert.equal(plainly, frames.length)
    assert.deepEqual(batches, expected)
  }
})

test('a key that the kernel can’t look for, and lanes that it has no room for, go one by one', async () => {
  const input = Buffer.from('{"uid":"a"}\n'.repeat(20))
  const long = await produced(input, { keyField: 'u'.repeat(300) }, 2)
  assert.equal(long.rejects.length, 20)
  const many = await produced(input, { keyField: 'uid' }, 1_000, 1_000_000)
  assert.equal(many.odd, 20)
  assert.equal(many.report.frames, 20)
})
