import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startBroker } from '../../src/broker/index.ts'
import type { Codec } from '../../src/kafka/batch/codecs.ts'
import type { KafkaOptions } from '../../src/kafka/connection/options.ts'
import { frameFile, type Shape } from '../data.ts'
import type { FetchAnswer, FetchTask } from '../fetch-worker.ts'
import { median } from '../measure.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const worker = fileURLToPath(new URL('../fetch-worker.ts', import.meta.url))
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const satisfies Codec[]

interface Login {
  readonly options: KafkaOptions
  /** The same for the commands that make and fill topics. */
  readonly flags: readonly string[]
}

/**
 * The fetch plane by itself, from a broker, CPU of a process that has read the topic once: records per CPU second
 * with and without checksums; over TLS with SCRAM; compressed, beside the codec alone on the same batches.
 */
export async function fetch(
  bootstrap: string,
  small: number,
  challenge: number,
  rounds: number
): Promise<void> {
  const open: Login = {
    options: { brokers: [bootstrap] },
    flags: ['--brokers', bootstrap]
  }
  const sizes = [
    ['small', small],
    ['challenge', challenge]
  ] as const
  for (const [shape, frames] of sizes) await comparePlanes(open, shape, frames, rounds)
  await compareCodecs(open, challenge / 3, rounds)
  const broker = await startBroker({ machine: process, security: 'sasl-tls' })
  try {
    const [address = ''] = broker.addresses
    const { password = '' } = broker.access.users.find(({ name }) => name === 'admin')!
    const ca = broker.access.caPath!
    const secured: Login = {
      options: {
        brokers: [address],
        tls: { ca: readFileSync(ca, 'utf8') },
        sasl: { mechanism: 'SCRAM-SHA-256', username: 'admin', password }
      },
      flags: [
        ...['--brokers', address, '--tls-ca', ca, '--sasl-mechanism', 'SCRAM-SHA-256'],
        ...['--sasl-username', 'admin', '--sasl-password', password]
      ]
    }
    for (const [shape, frames] of sizes) await compareLogins(open, secured, shape, frames, rounds)
  } finally {
    await broker.stop()
  }
}

async function comparePlanes(
  login: Login,
  shape: Shape,
  frames: number,
  rounds: number
): Promise<void> {
  const { options } = login
  await withTopic(login, shape, frames, 'none', topic => {
    const checked: FetchAnswer[] = []
    const unchecked: FetchAnswer[] = []
    for (let round = 0; round < rounds; round++) {
      checked.push(fetchOnce({ options, topic, unpack: false }, frames))
      const without = { ...options, checkCrcs: false }
      unchecked.push(fetchOnce({ options: without, topic, unpack: false }, frames))
    }
    console.log(`fetch plane alone, ${frames} ${shape} frames, M records per CPU second:`)
    console.log(`  with CRC     ${rates(checked)}`)
    console.log(`  without CRC  ${rates(unchecked)}`)
  })
}

async function compareLogins(
  open: Login,
  secured: Login,
  shape: Shape,
  frames: number,
  rounds: number
): Promise<void> {
  await withTopic(open, shape, frames, 'none', plainTopic =>
    withTopic(secured, shape, frames, 'none', securedTopic => {
      const plain: FetchAnswer[] = []
      const over: FetchAnswer[] = []
      for (let round = 0; round < rounds; round++) {
        plain.push(fetchOnce({ options: open.options, topic: plainTopic, unpack: false }, frames))
        over.push(
          fetchOnce({ options: secured.options, topic: securedTopic, unpack: false }, frames)
        )
      }
      console.log(`${frames} ${shape} frames, M records per CPU second, with CRC:`)
      console.log(`  plain text   ${rates(plain)}`)
      console.log(`  TLS + SCRAM  ${rates(over)}  = ${(middle(over) / middle(plain)).toFixed(2)}`)
    })
  )
}

async function compareCodecs(login: Login, frames: number, rounds: number): Promise<void> {
  console.log(`${frames} challenge frames compressed, M records per CPU second, with CRC:`)
  for (const codec of CODECS) {
    await withTopic(login, 'challenge', frames, codec, topic => {
      const answers: FetchAnswer[] = []
      for (let round = 0; round < rounds; round++) {
        const task = { options: login.options, topic, unpack: true, alone: codec }
        answers.push(fetchOnce(task, frames))
      }
      const alone = median(answers.map(each => each.records / each.aloneCpuSeconds)) / 1e6
      const kept = median(answers.map(each => each.records / each.keptCpuSeconds)) / 1e6
      const ratio = median(answers.map(each => each.aloneCpuSeconds / each.cpuSeconds))
      console.log(
        `  ${codec.padEnd(6)} fetched ${rates(answers)}, library alone ${alone.toFixed(3)}  = ${ratio.toFixed(2)}, in kept memory ${kept.toFixed(3)}`
      )
    })
  }
}

/** Fills a topic of four partitions, and takes it away again. */
async function withTopic(
  { flags }: Login,
  shape: Shape,
  frames: number,
  codec: Codec,
  work: (topic: string) => void | Promise<void>
): Promise<void> {
  const topic = `bench-fetch-${shape}-${codec}-${Date.now()}`
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [headcount, ...args, ...flags], { stdio: 'pipe' })
  run('topic', 'create', topic, '--partitions', '4')
  try {
    const input = frameFile(shape, frames)
    run('produce', '--topic', topic, '--key', 'uid', '--compression', codec, input)
    await work(topic)
  } finally {
    run('topic', 'delete', topic, '--yes')
  }
}

function fetchOnce(task: FetchTask, frames: number): FetchAnswer {
  const output = execFileSync(process.execPath, [worker, JSON.stringify(task)])
  const answer = JSON.parse(output.toString()) as FetchAnswer
  assert.equal(answer.records, frames)
  return answer
}

function perCpuSecond({ records, cpuSeconds }: FetchAnswer): number {
  return records / cpuSeconds / 1e6
}

function middle(answers: readonly FetchAnswer[]): number {
  return median(answers.map(perCpuSecond))
}

function rates(answers: readonly FetchAnswer[]): string {
  const all = answers.map(perCpuSecond).sort((a, b) => a - b)
  return `${middle(answers).toFixed(3)} [${all[0]!.toFixed(3)} … ${all.at(-1)!.toFixed(3)}]`
}
