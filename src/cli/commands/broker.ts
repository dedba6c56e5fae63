import { resolve } from 'node:path'
import process from 'node:process'
import {
  type BrokerStatus,
  brokerStatus,
  connectionFlags,
  type Machine,
  runTool,
  startBroker,
  stopBroker,
  toolNames
} from '../../broker/index.ts'
import { KAFKA_VERSION } from '../../broker/kafka-pom.ts'
import type { Command, CommandContext, CommandGroup } from '../command.ts'

const up: Command = {
  name: 'up',
  summary: 'start a real Kafka broker on this machine, and leave it running',
  options: ['dir', 'port', 'nodes', 'security', 'acl'],
  examples: [
    'headcount broker up',
    'headcount broker up --port 19092 --dir /tmp/kafka',
    'headcount broker up --brokers 3 --security sasl-tls --acl'
  ],
  async run(context) {
    const { options, signal } = context
    const broker = await startBroker({
      machine: machineOf(context),
      folder: folderOf(context),
      port: options.get('port'),
      // What nobody asked for is as the folder has it.
      brokers: options.given('nodes') ? options.get('nodes') : undefined,
      security: options.given('security') ? options.get('security') : undefined,
      acl: options.given('acl') ? options.get('acl') : undefined,
      detached: true,
      onProgress: progressOf(context),
      signal
    })
    const status = await brokerStatus(machineOf(context), broker.folder)
    await context.stdout.line(`Kafka ${KAFKA_VERSION} is up at ${broker.bootstrap}`)
    await tellMore(context, status)
    return 0
  }
}

const down: Command = {
  name: 'down',
  summary: 'stop it; its data stays',
  options: ['dir'],
  examples: ['headcount broker down', 'headcount broker down --dir /tmp/kafka'],
  async run(context) {
    const folder = folderOf(context)
    const stopped = await stopBroker(machineOf(context), folder)
    await context.stdout.line(
      {
        stopped: `stopped; its data stays in ${folder}`,
        killed: `it did not stop within 20 seconds and was killed; its data stays in ${folder}`,
        dead: `it had died already; its data stays in ${folder}`,
        'not-running': `no broker is running from ${folder}`
      }[stopped]
    )
    return 0
  }
}

const status: Command = {
  name: 'status',
  summary: 'show whether it runs and answers; the exit status is 0 when it does',
  options: ['dir'],
  examples: ['headcount broker status'],
  async run(context) {
    const found = await brokerStatus(machineOf(context), folderOf(context))
    await context.stdout.line(statusLine(found))
    if (found.state !== 'running') return 1
    await tellMore(context, found)
    return found.nodes.every(node => node.answers) ? 0 : 1
  }
}

const tools: Command = {
  name: 'tools',
  summary: 'run one of Kafka’s own tools against it',
  options: ['dir'],
  rest: '<kafka tool> [its options]',
  examples: [
    'headcount broker tools -- kafka-topics --list',
    'headcount broker tools -- kafka-console-consumer --topic events --from-beginning',
    'headcount broker tools -- kafka-consumer-groups --describe --all-groups'
  ],
  async run(context) {
    const [tool, ...args] = context.rest
    if (tool === undefined) {
      for (const name of toolNames) await context.stdout.line(name)
      return 0
    }
    const folder = folderOf(context)
    const onProgress = progressOf(context)
    const { signal } = context
    return runTool({ machine: machineOf(context), folder, tool, args, onProgress, signal })
  }
}

export const brokerCommand: CommandGroup = {
  name: 'broker',
  summary: 'run a development broker on this machine: up, down, status, tools',
  commands: [up, down, status, tools]
}

function machineOf(context: CommandContext): Machine {
  return {
    env: context.env,
    pid: process.pid,
    kill: (pid, signal) => process.kill(pid, signal)
  }
}

function folderOf(context: CommandContext): string {
  return resolve(context.folder, context.options.get('dir'))
}

/** Progress is not worth failing for: a closed terminal only makes it quiet. */
function progressOf(context: CommandContext): (line: string) => void {
  return line => {
    context.stderr.line(line).catch(() => undefined)
  }
}

function statusLine(found: BrokerStatus): string {
  switch (found.state) {
    case 'stopped':
      return `stopped: no broker runs from ${found.folder}`
    case 'stale':
      return `stale: the broker of ${found.since} did not stop cleanly, its process is gone; start it again with: headcount broker up --dir ${found.folder}`
    case 'running':
      return `running since ${found.since} at ${found.bootstrap}`
  }
}

async function tellMore(context: CommandContext, found: BrokerStatus): Promise<void> {
  const { stdout } = context
  for (const { id, address, pid, log, alive, answers } of found.nodes) {
    const health = answers ? 'answers' : alive ? 'does not answer' : 'is gone'
    await stdout.line(`  node ${id}  ${address}  process ${pid} ${health}  log ${log}`)
  }
  await stdout.line(`  folder  ${found.folder}`)
  const { access, bootstrap } = found
  if (!access || bootstrap === undefined || access.security === 'plaintext') return
  await stdout.line(`  connect with  ${connectionFlags(bootstrap, access).join(' ')}`)
  await stdout.line(`  passwords and certificates  ${resolve(found.folder, 'secrets')}`)
}
