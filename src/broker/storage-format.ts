import { spawn } from 'node:child_process'
import { access, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { failure } from '../core/errors.ts'
import { brokerFiles, nodeFolder } from './broker-folder.ts'
import { usesSasl } from './broker-options.ts'
import type { KafkaRuntime } from './kafka-runtime.ts'
import type { Machine } from './machine.ts'
import type { ClusterPlan } from './server-settings.ts'

const OUTPUT_MAX = 64 * 1_024

/** Formats the data of a node, unless it is formatted. Throws `broker-died` with Kafka's reason. */
export async function formatStorage(
  machine: Machine,
  kafka: KafkaRuntime,
  plan: ClusterPlan,
  id: number,
  signal?: AbortSignal
): Promise<void> {
  const { folder, settings } = plan
  const data = brokerFiles.data(folder, id)
  // Kafka writes this file last: without it a format was cut off, and is done again.
  const done = await access(join(data, 'meta.properties')).then(
    () => true,
    () => false
  )
  if (done) return
  await mkdir(data, { recursive: true })
  const args = ['format', '--ignore-formatted', '--cluster-id', settings.clusterId]
  args.push('--config', brokerFiles.properties(folder, id))
  if (usesSasl(settings.security)) args.push(...scramUsers(plan))
  // Passwords in a file, not on a command line that every user of the machine can list.
  const argFile = join(nodeFolder(folder, id), 'format.args')
  await writeFile(argFile, `${args.join('\n')}\n`, { mode: 0o600 })
  let problem: string | undefined
  try {
    problem = await run(kafka, machine, folder, argFile, signal)
  } finally {
    await rm(argFile, { force: true })
  }
  if (problem !== undefined) {
    throw failure('broker-died', { problem, log: brokerFiles.log(folder, id) })
  }
}

function scramUsers(plan: ClusterPlan): string[] {
  return ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap(mechanism =>
    plan.secrets.users.flatMap(({ name, password }) => [
      '--add-scram',
      `${mechanism}=[name=${name},password=${password}]`
    ])
  )
}

/** Undefined when it worked, else the last line that Kafka said. */
async function run(
  kafka: KafkaRuntime,
  machine: Machine,
  folder: string,
  argFile: string,
  signal?: AbortSignal
): Promise<string | undefined> {
  const child = spawn(
    kafka.command,
    [
      ...kafka.argsBefore({ folder }),
      ...['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx128m'],
      `-Dlog4j2.configurationFile=${brokerFiles.toolLogging(folder)}`,
      ...['-cp', kafka.classpath, 'kafka.tools.StorageTool', `@${argFile}`]
    ],
    {
      cwd: folder,
      env: { ...machine.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal ? { signal } : {})
    }
  )
  let said = ''
  const take = (bytes: Buffer) => {
    said = (said + bytes.toString('utf8')).slice(-OUTPUT_MAX)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (status === 0) return undefined
  return said.trim().split('\n').at(-1) || `formatting ended with status ${status}`
}
