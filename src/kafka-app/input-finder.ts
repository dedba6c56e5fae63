import { compilePattern, type InputChoice, matchTopics } from '../app/input-choice.ts'
import type { FoundTopic, InputFindings } from '../app/input-growth.ts'
import type { AppRecord } from '../app/record.ts'
import { failure, isFailure } from '../core/errors.ts'
import type { Cluster } from '../kafka/connection/cluster.ts'

/** Finds on the cluster what an app shall count. */
export class InputFinder {
  private readonly cluster: Cluster
  private readonly choice: InputChoice
  private readonly pattern: RegExp | undefined

  /** Throws `option-value`. */
  constructor(cluster: Cluster, choice: InputChoice) {
    this.cluster = cluster
    this.choice = choice
    if (choice.pattern !== undefined) this.pattern = compilePattern(choice.pattern)
  }

  /** What is there now of what was asked for, and of what the record has. */
  async find(record: AppRecord | undefined): Promise<InputFindings> {
    const { cluster, choice, pattern } = this
    const wanted = choice.names ?? matchTopics(pattern!, await cluster.topics())
    const recorded = (record?.topics ?? []).filter(({ retired }) => !retired)
    await cluster.refresh()
    const found = new Map<string, FoundTopic>()
    for (const name of new Set([...wanted, ...recorded.map(topic => topic.name)])) {
      const topic = await this.lookUp(name)
      if (topic) found.set(name, topic)
    }
    return { found, wanted, named: choice.names !== undefined }
  }

  /** `find` for a start: what was named and never counted has to be there. Throws `topic-missing` too. */
  async findFirst(record: AppRecord | undefined): Promise<InputFindings> {
    const findings = await this.find(record)
    const { found, wanted } = findings
    const recorded = (record?.topics ?? []).filter(({ retired }) => !retired)
    const isKnown = (name: string): boolean => recorded.some(topic => topic.name === name)
    for (const name of wanted) {
      if (!found.has(name) && !isKnown(name)) await this.cluster.topic(name)
    }
    const { pattern } = this.choice
    if (pattern !== undefined && found.size === 0) {
      throw failure('app-input-none', { pattern, address: this.cluster.address })
    }
    // The words of the cluster for a topic that is not there.
    if (found.size === 0) await this.cluster.topic(recorded[0]?.name ?? wanted[0]!)
    return findings
  }

  private async lookUp(name: string): Promise<FoundTopic | undefined> {
    try {
      const { id, partitions } = await this.cluster.topic(name)
      return { name, id, partitions: partitions.length }
    } catch (error) {
      if (isFailure(error, 'topic-missing')) return undefined
      throw error
    }
  }
}
