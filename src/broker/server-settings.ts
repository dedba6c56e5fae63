import { brokerFiles, type FolderSettings } from './broker-folder.ts'
import { SASL_MECHANISMS, usesSasl, usesTls } from './broker-options.ts'
import { LOCALHOST } from './port-choice.ts'
import type { Secrets } from './secrets.ts'

export interface NodePlan {
  readonly id: number
  readonly clientPort: number
  /** Broker to broker; the clients' port when that asks nothing. */
  readonly internalPort: number
  readonly controllerPort: number
}

export interface ClusterPlan {
  readonly folder: string
  readonly settings: FolderSettings
  readonly nodes: readonly NodePlan[]
  readonly secrets: Secrets
  readonly extra: Readonly<Record<string, string | number | boolean>>
}

type Lines = Record<string, string | number | boolean>

/** The `server.properties` of one node. */
export function serverSettings(plan: ClusterPlan, node: NodePlan): string {
  const lines: Lines = {
    ...listenerLines(plan, node),
    ...topicLines(plan),
    ...timingLines(),
    ...tlsLines(plan),
    ...saslLines(plan),
    ...aclLines(plan),
    'log.dirs': brokerFiles.data(plan.folder, node.id),
    ...plan.extra
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${escapeValue(String(value))}\n`)
    .join('')
}

function listenerLines(plan: ClusterPlan, node: NodePlan): Lines {
  const { security } = plan.settings
  const open = security === 'plaintext'
  const protocol = {
    plaintext: 'PLAINTEXT',
    tls: 'SSL',
    sasl: 'SASL_PLAINTEXT',
    'sasl-tls': 'SASL_SSL'
  }
  const own = [`CLIENT://${LOCALHOST}:${node.clientPort}`]
  // Only clients have to prove who they are: the nodes talk among themselves as ANONYMOUS.
  if (!open) own.push(`INTERNAL://${LOCALHOST}:${node.internalPort}`)
  const voters = plan.nodes.map(({ id, controllerPort }) => `${id}@${LOCALHOST}:${controllerPort}`)
  return {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': voters.join(','),
    listeners: [...own, `CONTROLLER://${LOCALHOST}:${node.controllerPort}`].join(','),
    'advertised.listeners': own.join(','),
    'listener.security.protocol.map': `CLIENT:${protocol[security]},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    'inter.broker.listener.name': open ? 'CLIENT' : 'INTERNAL',
    'controller.listener.names': 'CONTROLLER'
  }
}

/** Replicas as far as there are nodes, and internal topics small enough to be made in no time. */
function topicLines(plan: ClusterPlan): Lines {
  const replicas = Math.min(3, plan.nodes.length)
  return {
    'auto.create.topics.enable': false,
    'num.partitions': 1,
    'default.replication.factor': replicas,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': Math.max(1, replicas - 1),
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': Math.max(1, replicas - 1),
    'share.coordinator.state.topic.num.partitions': 1
  }
}

/** What a crash or a rebalance waits for, as short as stays reliable on a busy machine. */
function timingLines(): Lines {
  return {
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    'group.consumer.min.session.timeout.ms': 1_000,
    'group.consumer.session.timeout.ms': 6_000,
    'group.consumer.min.heartbeat.interval.ms': 200,
    'group.consumer.heartbeat.interval.ms': 1_500,
    'broker.session.timeout.ms': 6_000,
    'log.cleaner.backoff.ms': 1_000,
    // 128 MB by default, out of the heap.
    'log.cleaner.dedupe.buffer.size': 16_777_216
  }
}

function tlsLines(plan: ClusterPlan): Lines {
  const { security, acl } = plan.settings
  if (!usesTls(security)) return {}
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': plan.secrets.serverPath,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': plan.secrets.caPath,
    // Without a login, only a certificate can tell access rules who asks.
    'ssl.client.auth': acl && !usesSasl(security) ? 'required' : 'requested',
    'ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/,DEFAULT'
  }
}

function saslLines(plan: ClusterPlan): Lines {
  if (!usesSasl(plan.settings.security)) return {}
  const prefix = 'listener.name.client'
  const users = plan.secrets.users.map(user => `user_${user.name}="${user.password}"`)
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule'
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule'
  const lines: Lines = { 'sasl.enabled.mechanisms': SASL_MECHANISMS.join(',') }
  for (const mechanism of SASL_MECHANISMS) {
    lines[`${prefix}.${mechanism.toLowerCase()}.sasl.jaas.config`] =
      mechanism === 'PLAIN' ? `${plain} required ${users.join(' ')};` : `${scram} required;`
  }
  return lines
}

function aclLines(plan: ClusterPlan): Lines {
  if (!plan.settings.acl) return {}
  return {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS;User:admin'
  }
}

/** Java's properties syntax: a backslash and a line end would change the meaning. */
function escapeValue(value: string): string {
  return value.replace(/[\\]/g, '\\\\').replace(/\r?\n/g, ' ')
}
