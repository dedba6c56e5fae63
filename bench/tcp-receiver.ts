import { connect } from 'node:net'
import { createExtractor } from '../src/extract/create.ts'
import { type MinuteAnswer, MinuteCounts } from './minute-counts.ts'

/** What a process of the `tcp` benchmark says. */
export interface TcpAnswer extends MinuteAnswer {
  readonly bytes: number
  /** CPU of the whole process behind the first FROM bytes. */
  readonly ns: number
}

/** As the C program has it. */
const ROOM = 1_048_576

/*
 *   tcp-receiver.ts count|prove|receive PORT FROM
 *
 * headcount's way from a socket into columns: reads land in the kernel's own memory, as those of a broker land in
 * a slab. `prove` adds up what proves every row, `receive` only reads.
 */
const [mode, port, from] = process.argv.slice(2)
const extractor = createExtractor({ key: 'uid', time: 'ts' }, { inputBytes: ROOM }, 'wasm')
const memory = extractor.input!
const counts = new MinuteCounts(mode === 'prove')
const timedFrom = Number(from)
let cpu = process.cpuUsage()
let bytes = 0
let held = 0

function count(size: number): void {
  const end = held + size
  let at = 0
  for (;;) {
    const next = extractor.lines(memory, at, end, false)
    counts.take(extractor.columns)
    if (next === at) break
    at = next
  }
  memory.copyWithin(0, at, end)
  held = end - at
}

const onread = {
  buffer: () => memory.subarray(held),
  callback: (size: number) => {
    if (bytes < timedFrom && bytes + size >= timedFrom) cpu = process.cpuUsage()
    bytes += size
    if (mode !== 'receive') count(size)
    return true
  }
}
const socket = connect({ host: '127.0.0.1', port: Number(port), onread })
socket.on('connect', () => {
  cpu = process.cpuUsage()
})
socket.on('end', () => {
  const { user, system } = process.cpuUsage(cpu)
  const answer: TcpAnswer = { ...counts.answer(), bytes, ns: (user + system) * 1_000 }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
})
