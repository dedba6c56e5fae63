import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { failure, isFailure } from '../core/errors.ts'
import { brokerFiles, type FolderSettings, folderSettings, nodeFolder } from './broker-folder.ts'
import { writeLogging } from './broker-log.ts'
import { type NodeStart, type StartedNode, startNode } from './broker-node.ts'
import type { BrokerOptions } from './broker-options.ts'
import { killProcesses } from './broker-stop.ts'
import { findKafka, type KafkaRuntime } from './kafka-runtime.ts'
import { takeLock } from './lock-file.ts'
import { freePorts, requireFree } from './port-choice.ts'
import { livingNodes, type RunState, readRun, removeRun, writeRun } from './run-state.ts'
import { RunningBroker } from './running-broker.ts'
import { accessOf, folderSecrets } from './secrets.ts'
import { type ClusterPlan, type NodePlan, serverSettings } from './server-settings.ts'
import { formatStorage } from './storage-format.ts'

const PORT_TRIES = 3

interface Start {
  readonly options: BrokerOptions
  readonly folder: string
  readonly temporary: boolean
  readonly onProgress: (line: string) => void
}

/**
 * Starts a real Kafka broker on this machine and resolves when it answers. Throws `port-taken`,
 * `broker-running`, `broker-folder`, `java-missing`, `kafka-missing` or `broker-died`.
 */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  const temporary = options.folder === undefined
  const folder = resolve(options.folder ?? (await mkdtemp(join(tmpdir(), 'headcount-broker-'))))
  const onProgress = options.onProgress ?? (() => undefined)
  try {
    return await startAlone({ options, folder, temporary, onProgress })
  } catch (error) {
    if (temporary) await rm(folder, { recursive: true, force: true })
    // What was going on when the signal came fails in its own words: the signal's reason counts.
    options.signal?.throwIfAborted()
    throw error
  }
}

/** One start at a time in a folder, and none beside a broker that runs from it. */
async function startAlone(start: Start): Promise<RunningBroker> {
  const { options, folder } = start
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const lock = await takeLock(options.machine, brokerFiles.lock(folder))
  if (!('release' in lock)) {
    throw failure('broker-running', { folder, pid: lock.pid, address: 'starting or stopping' })
  }
  try {
    await refuseSecond(start)
    return await startPrepared(start)
  } finally {
    await lock.release()
  }
}

async function refuseSecond({ options, folder, onProgress }: Start): Promise<void> {
  const run = await readRun(folder)
  if (!run) return
  const [alive] = await livingNodes(options.machine, run)
  if (alive) throw failure('broker-running', { folder, pid: alive.pid, address: run.bootstrap })
  onProgress(
    `the broker of ${run.since} did not stop cleanly (process ${run.nodes[0]?.pid} is gone): starting it again on the same data`
  )
  await removeRun(folder)
}

async function startPrepared(start: Start): Promise<RunningBroker> {
  const { options, folder, onProgress } = start
  const { machine, signal } = options
  const settings = await folderSettings(folder, options)
  // Before Kafka is fetched: nobody should wait for that and then hear of the port.
  await requireFree(clientPorts(options.port ?? 0, settings.brokers))
  const kafka = await findKafka({ machine, onProgress, signal })
  for (let tries = 1; ; tries++) {
    const plan: ClusterPlan = {
      folder,
      settings,
      nodes: await planNodes(options.port ?? 0, settings),
      secrets: await folderSecrets(folder, settings),
      extra: options.settings ?? {}
    }
    await writeFiles(plan)
    try {
      return await startNodes(start, kafka, plan)
    } catch (error) {
      // Between the check and the broker's own try, a port can be taken: then others are chosen.
      const lostPort =
        isFailure(error, 'broker-died') && /address already in use/i.test(error.message)
      if (!lostPort || tries >= PORT_TRIES) throw error
      onProgress('a port was taken meanwhile: trying another one')
    }
  }
}

function clientPorts(first: number, count: number): number[] {
  return first === 0 ? [] : Array.from({ length: count }, (_, i) => first + i)
}

async function planNodes(first: number, settings: FolderSettings): Promise<NodePlan[]> {
  const { brokers: count, security } = settings
  const fixed = clientPorts(first, count)
  const clients = fixed.length > 0 ? fixed : await freePorts(count)
  const controllers = await freePorts(count, clients)
  const internals =
    security === 'plaintext' ? clients : await freePorts(count, [...clients, ...controllers])
  return clients.map((clientPort, i) => ({
    id: i + 1,
    clientPort,
    internalPort: internals[i]!,
    controllerPort: controllers[i]!
  }))
}

async function writeFiles(plan: ClusterPlan): Promise<void> {
  for (const node of plan.nodes) {
    await mkdir(nodeFolder(plan.folder, node.id), { recursive: true })
    const path = brokerFiles.properties(plan.folder, node.id)
    await writeFile(path, serverSettings(plan, node), { mode: 0o600 })
  }
  await writeLogging(
    plan.folder,
    plan.nodes.map(node => node.id)
  )
}

async function startNodes(
  { options, folder, temporary, onProgress }: Start,
  kafka: KafkaRuntime,
  plan: ClusterPlan
): Promise<RunningBroker> {
  const { machine, signal } = options
  await Promise.all(plan.nodes.map(({ id }) => formatStorage(machine, kafka, plan, id, signal)))
  onProgress(`starting Kafka (${kafka.origin}) in ${folder}`)
  const heapMb = options.heapMb ?? (plan.nodes.length === 1 ? 768 : 512)
  const owned = !options.detached
  const starts: NodeStart[] = plan.nodes.map(node => {
    return { machine, kafka, folder, node, heapMb, owned, temporary }
  })
  const started: StartedNode[] = []
  try {
    for (const each of starts) started.push(await startNode(each))
    const nodes = started.map(node => node.run)
    const run: RunState = {
      version: 1,
      bootstrap: nodes.map(node => node.address).join(','),
      origin: kafka.origin,
      since: new Date().toISOString(),
      nodes
    }
    await writeRun(folder, run)
    const access = accessOf(plan.settings, plan.secrets)
    await Promise.all(started.map(node => node.ready(access, signal)))
    return new RunningBroker(starts, run, access)
  } catch (error) {
    await killProcesses(
      machine,
      started.map(node => node.run)
    )
    await removeRun(folder)
    throw error
  }
}
