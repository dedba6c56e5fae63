import { denialNamed, isBrokerError, isRetriable } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'
import type { Cluster } from '../connection/cluster.ts'
import { type Patience, withRetry } from '../connection/retry.ts'
import { call, type Wire } from '../connection/wire.ts'

const KEY_TYPES = { group: 0, transaction: 1 } as const
const WORDS = { group: 'group', transaction: 'transactional id' } as const
const DENIED = {
  group: 'GROUP_AUTHORIZATION_FAILED',
  transaction: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'
} as const
const MOVED = ['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE']
/** These wait for somebody else: the caller decides for how long. */
const NOT_HERE = ['UNSTABLE_OFFSET_COMMIT', 'CONCURRENT_TRANSACTIONS']
const PATIENCE_MS = 30_000

type CoordinatorKind = keyof typeof KEY_TYPES

/** The broker that keeps a consumer group, or a transactional id; it moves when brokers come and go. */
export class Coordinator {
  readonly key: string
  private readonly cluster: Cluster
  private readonly kind: CoordinatorKind
  private readonly patience: Patience
  private node: number | undefined

  constructor(
    cluster: Cluster,
    kind: CoordinatorKind,
    key: string,
    patience: Patience = { limitMs: PATIENCE_MS }
  ) {
    this.cluster = cluster
    this.kind = kind
    this.key = key
    this.patience = patience
  }

  /** Runs a request at the coordinator; finds it again and repeats when it moved or is away. */
  run<Result>(request: (wire: Wire) => Promise<Result>): Promise<Result> {
    return withRetry(
      async () => {
        const wire = await this.find()
        try {
          return await request(wire)
        } catch (error) {
          if (isBrokerError(error, ...MOVED) || wire.closed) this.node = undefined
          throw named(error, this.kind, this.key)
        }
      },
      error => !isRetriable(error) || isBrokerError(error, ...NOT_HERE),
      this.patience
    )
  }

  private async find(): Promise<Wire> {
    this.node ??= await locateCoordinator(this.cluster, this.kind, this.key)
    try {
      return await this.cluster.wire('group', this.node)
    } catch (error) {
      this.node = undefined
      throw error
    }
  }
}

/** The node that coordinates a group or a transactional id. Throws `broker-denied` with its name. */
export async function locateCoordinator(
  cluster: Cluster,
  kind: CoordinatorKind,
  key: string
): Promise<number> {
  const wire = await cluster.controller()
  try {
    const answer = await call(wire, K.findCoordinatorV6.api, KEY_TYPES[kind], [key])
    return answer.coordinators[0]?.nodeId ?? -1
  } catch (error) {
    throw named(error, kind, key)
  }
}

function named(error: unknown, kind: CoordinatorKind, key: string): unknown {
  return denialNamed(error, DENIED[kind], `${WORDS[kind]} ${key}`)
}
