import { rm } from 'node:fs/promises'
import { assert } from '../core/assert.ts'
import { type NodeStart, startNode } from './broker-node.ts'
import type { BrokerAccess } from './broker-options.ts'
import { killProcesses, stopProcesses } from './broker-stop.ts'
import { livingNodes, type NodeRun, type RunState, removeRun, writeRun } from './run-state.ts'

/** A broker that this process started, and its levers. */
export class RunningBroker {
  readonly folder: string
  readonly access: BrokerAccess
  readonly #starts: readonly NodeStart[]
  #run: RunState

  constructor(starts: readonly NodeStart[], run: RunState, access: BrokerAccess) {
    this.folder = starts[0]!.folder
    this.access = access
    this.#starts = starts
    this.#run = run
  }

  /** `host:port` of every node, separated by commas. */
  get bootstrap(): string {
    return this.#run.bootstrap
  }

  get addresses(): readonly string[] {
    return this.nodes.map(node => node.address)
  }

  get nodes(): readonly NodeRun[] {
    return this.#run.nodes
  }

  get pids(): readonly number[] {
    return this.nodes.map(node => node.pid)
  }

  /** kill -9 of one node (the first has id 1); resolves when its process is gone. */
  async kill(id = 1): Promise<void> {
    await killProcesses(this.#starts[0]!.machine, [this.#node(id)])
  }

  /** Starts a killed node again, on its data and its port; resolves when it answers. */
  async revive(id = 1): Promise<void> {
    const start = this.#starts.find(({ node }) => node.id === id)
    assert(start !== undefined, 'a node of this broker')
    const started = await startNode(start)
    const nodes = this.nodes.map(node => (node.id === id ? started.run : node))
    this.#run = { ...this.#run, nodes }
    await writeRun(this.folder, this.#run)
    await started.ready(this.access)
  }

  /** Stops every node. A temporary folder goes with it; then nothing is worth a clean shutdown. */
  async stop(): Promise<void> {
    const { machine, temporary, kafka } = this.#starts[0]!
    const alive = await livingNodes(machine, this.#run)
    if (temporary && !kafka.isContainer) await killProcesses(machine, alive)
    else await stopProcesses(machine, alive)
    await removeRun(this.folder)
    if (temporary) await rm(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #node(id: number): NodeRun {
    const node = this.nodes.find(each => each.id === id)
    assert(node !== undefined, 'a node of this broker')
    return node
  }
}
