// A broker is away for some time, not until some event.
import { setTimeout as pause } from 'node:timers/promises'
import { captureTool, type RunningBroker, startBroker } from '../../src/broker/index.ts'

/** Some seconds between two deaths: replicas catch up. */
const REST_MS = 5_000
const REVIVALS_MAX = 5

/** Brokers that die and come back, one at a time, while nobody needs them to stay. */
export class ChaosBrokers {
  restarts = 0
  private readonly broker: RunningBroker
  private readonly tell: (line: string) => void
  private calm = 0
  private restarting: Promise<void> | undefined

  /** As a cluster in earnest has it: with three, a record counts when two have it. */
  static async open(count: number, tell: (line: string) => void, signal: AbortSignal) {
    const settings = {
      'min.insync.replicas': count >= 3 ? 2 : 1,
      // Leaders go home soon after their broker is back: a move without a death.
      'leader.imbalance.check.interval.seconds': 5,
      'leader.imbalance.per.broker.percentage': 0,
      // A transaction that timed out is ended at once, and what is deleted is gone at once.
      'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1_000,
      'file.delete.delay.ms': 1_000
    }
    const options = { brokers: count, settings, onProgress: tell, signal }
    return new ChaosBrokers(await startBroker({ machine: process, ...options }), tell)
  }

  private constructor(broker: RunningBroker, tell: (line: string) => void) {
    this.broker = broker
    this.tell = tell
  }

  get bootstrap(): string {
    return this.broker.bootstrap
  }

  /** All brokers are there while this runs. */
  async undisturbed<Result>(work: () => Promise<Result>): Promise<Result> {
    this.calm++
    try {
      await this.restarting
      return await work()
    } finally {
      this.calm--
    }
  }

  /** kill -9 of one of them, and its return after so long; undefined when it is not the time for it. */
  restart(choice: number, downMs: number): number | undefined {
    if (this.calm > 0 || this.restarting) return undefined
    const node = this.broker.nodes[choice % this.broker.nodes.length]!
    this.restarts++
    this.restarting = this.killAndRevive(node.id, downMs)
      .catch((error: unknown) =>
        this.tell(`broker ${node.id} does not come back: ${String(error)}`)
      )
      .then(() => void this.rest())
    return node.id
  }

  /** The transactions that are neither committed nor aborted, as Kafka's own tool shows them. */
  async hanging(): Promise<string[]> {
    const args = ['--bootstrap-server', this.bootstrap, 'list']
    const { folder } = this.broker
    const ran = await captureTool({ machine: process, folder, tool: 'kafka-transactions', args })
    const lines = ran.stdout.split('\n').slice(1)
    if (ran.status !== 0) return [ran.stdout + ran.stderr]
    return lines.filter(line => line.trim() !== '' && !/Complete(Commit|Abort)|Empty/.test(line))
  }

  async stop(): Promise<void> {
    await this.restarting
    await this.broker.stop()
  }

  private async killAndRevive(id: number, downMs: number): Promise<void> {
    await this.broker.kill(id)
    await pause(downMs)
    for (let attempt = 1; ; attempt++) {
      try {
        await this.broker.revive(id)
        return
      } catch (error) {
        if (attempt >= REVIVALS_MAX) throw error
        await this.broker.kill(id)
      }
    }
  }

  /** It is there; the next one dies a little later. */
  private async rest(): Promise<void> {
    const rested = pause(REST_MS)
    this.restarting = undefined
    this.calm++
    await rested
    this.calm--
  }
}
