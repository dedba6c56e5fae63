import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Shape } from '../data.ts'
import { type ExtractInput, extractInput } from '../extract-input.ts'
import { median } from '../measure.ts'
import { checkMinutes, type MinuteAnswer, repeatedChecksum } from '../minute-counts.ts'
import type { TcpAnswer } from '../tcp-receiver.ts'
import { buildC } from './extract-contestants.ts'
import { printTargets, type Target } from './sketch-targets.ts'

const receiver = fileURLToPath(new URL('../tcp-receiver.ts', import.meta.url))
/** More than this is not held in memory, but sent again and again. */
const HELD_MAX: Readonly<Record<Shape, number>> = { challenge: 30_000, small: 100_000 }
const LIMIT_MS = 600_000
const WRITE_BYTES = 1_048_576
/** V8 compiles meanwhile: a process that counts does so once. An eighth of a small input at most. */
const WARM_BYTES = 134_217_728

interface Contender {
  readonly name: string
  readonly command: readonly string[]
  readonly counts: boolean
}

/**
 * From a connection to users per minute, ns of CPU a frame of the process that receives, behind its start and the
 * first bytes: the parts of headcount in Node beside the C program, each also receiving only. The same sender for
 * all, in turn.
 */
export async function tcp(challenge: number, small: number, rounds: number): Promise<void> {
  const c = buildC()
  if (c === undefined) console.log('\nno C compiler for AVX2 here: its program is left out')
  try {
    const shares = [
      await shape('challenge', challenge, rounds, c?.program),
      await shape('small', small, rounds, c?.program)
    ]
    if (c !== undefined) printTargets(shares.flat())
  } finally {
    c?.remove()
  }
}

async function shape(
  name: Shape,
  frames: number,
  rounds: number,
  program: string | undefined
): Promise<Target[]> {
  const input = extractInput(name, Math.min(frames, HELD_MAX[name]))
  const times = Math.ceil(frames / input.truth.frames)
  const sender = await Sender.open(input.lines, times)
  try {
    const ns = await contest(sender, input, times, rounds, program)
    const total = input.truth.frames * times
    print(`${total} ${name} frames of ${input.frameBytes.toFixed(0)} B over TCP`, ns, rounds)
    const [ours, theirs] = [ns.get(COUNTING)!, ns.get(COUNTING_C)]
    const share = { unit: '×', bound: 0.7, sense: '≥' as const }
    if (theirs === undefined) return []
    return [{ name: `${name} frames: share of C over TCP`, value: theirs / ours, ...share }]
  } finally {
    sender.close()
    input.remove()
  }
}

const COUNTING = 'headcount: onread into the kernel, sketch'
const COUNTING_C = 'C, AVX2: recv, registers'

function contendersWith(program: string | undefined): readonly Contender[] {
  const ours = [process.execPath, receiver]
  return [
    { name: COUNTING, command: [...ours, 'count'], counts: true },
    ...(program ? [{ name: COUNTING_C, command: [program, 'count'], counts: true }] : []),
    { name: 'Node: onread only', command: [...ours, 'receive'], counts: false },
    ...(program ? [{ name: 'C: recv only', command: [program, 'receive'], counts: false }] : [])
  ]
}

/** What each takes a frame, the median of its rounds, all answers proved. */
async function contest(
  sender: Sender,
  input: ExtractInput,
  times: number,
  rounds: number,
  program: string | undefined
): Promise<ReadonlyMap<string, number>> {
  const { truth, lines } = input
  const frames = truth.frames * times
  const all = lines.length * times
  const from = Math.floor(Math.min(WARM_BYTES, all / 8))
  const proof = await sender.to([process.execPath, receiver, 'prove'], from)
  checkMinutes(proof, truth, times)
  const contenders = contendersWith(program)
  const laps = new Map(contenders.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < rounds; round++) {
    for (const { name, command, counts } of contenders) {
      const answer = await sender.to(command, from)
      assert.equal(answer.bytes, all, name)
      if (counts) check(answer, proof, repeatedChecksum(truth, times))
      laps.get(name)!.push((answer.ns / frames) * (all / (all - from)))
    }
  }
  return new Map([...laps].map(([name, of]) => [name, median(of)]))
}

/** The C program proves every row, ours has the sketches of the run that did. */
function check(answer: Received, proof: MinuteAnswer, checksum: string): void {
  assert.equal(answer.frames, proof.frames)
  if (answer.minutes !== undefined) assert.deepEqual(answer.minutes, proof.minutes)
  else assert.deepEqual([answer.odd, answer.checksum], [0, checksum], 'the C program')
}

type Received = TcpAnswer & { readonly odd?: number }

/** Sends the same bytes to whoever connects. */
class Sender {
  private readonly server: Server

  private constructor(server: Server) {
    this.server = server
  }

  static async open(bytes: Buffer, times: number): Promise<Sender> {
    const server = createServer(socket => {
      // Who goes away early has failed, and says so himself.
      send(socket, bytes, times).catch(() => socket.destroy())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Sender(server)
  }

  async to([program, ...args]: readonly string[], from: number): Promise<Received> {
    const { port } = this.server.address() as AddressInfo
    const run = promisify(execFile)
    const { stdout } = await run(program!, [...args, String(port), String(from)], {
      timeout: LIMIT_MS
    })
    return JSON.parse(stdout)
  }

  close(): void {
    this.server.close()
  }
}

async function send(socket: Socket, bytes: Buffer, times: number): Promise<void> {
  for (let left = times; left > 0; left--) {
    for (let from = 0; from < bytes.length; from += WRITE_BYTES) {
      if (!socket.write(bytes.subarray(from, from + WRITE_BYTES))) await once(socket, 'drain')
    }
  }
  socket.end()
}

function print(title: string, ns: ReadonlyMap<string, number>, rounds: number): void {
  console.log(`\n${title}, ns of CPU a frame (median of ${rounds}, answers equal)`)
  const first = ns.get(COUNTING)!
  for (const [name, each] of ns) {
    const ratio = `${(each / first).toFixed(2)}×`
    console.log(`  ${name.padEnd(46)}${each.toFixed(0).padStart(9)}${ratio.padStart(9)}`)
  }
}
