import { denialNamed, isBrokerError } from '../connection/client-errors.ts'
import type { Cluster } from '../connection/cluster.ts'
import type { Wire } from '../connection/wire.ts'
import { locateCoordinator } from './coordinator.ts'

const MOVED = ['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE']

/**
 * A connection of its own to a group's coordinator: a heartbeat must not wait behind an offset commit.
 * Found again after it moved or went away; repeating is up to the caller.
 */
export class GroupConnection {
  private readonly cluster: Cluster
  private readonly group: string
  private held: Promise<Wire> | undefined

  constructor(cluster: Cluster, group: string) {
    this.cluster = cluster
    this.group = group
  }

  /** One attempt. */
  async run<Result>(request: (wire: Wire) => Promise<Result>): Promise<Result> {
    this.held ??= this.open()
    const { held } = this
    let wire: Wire | undefined
    try {
      wire = await held
      return await request(wire)
    } catch (error) {
      if (wire === undefined || wire.closed || isBrokerError(error, ...MOVED)) {
        wire?.close()
        if (this.held === held) this.held = undefined
      }
      throw denialNamed(error, 'GROUP_AUTHORIZATION_FAILED', `group ${this.group}`)
    }
  }

  /** Ends what waits; the next `run` would open it again. */
  close(): void {
    const { held } = this
    this.held = undefined
    held?.then(
      wire => wire.close(),
      () => {}
    )
  }

  private async open(): Promise<Wire> {
    return this.cluster.ownWire(await locateCoordinator(this.cluster, 'group', this.group))
  }
}
