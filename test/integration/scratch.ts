import { randomUUID } from 'node:crypto'
import { Cluster, type TopicInfo } from '../../src/kafka/connection/cluster.ts'
import { TopicAdmin } from '../../src/kafka/topic/topic-admin.ts'

/** A connection with topics of its own on a broker that others use too; `close` removes them. */
export class Scratch {
  readonly cluster: Cluster
  readonly admin: TopicAdmin
  private readonly topics: string[] = []

  static async open(bootstrap: string): Promise<Scratch> {
    return new Scratch(await Cluster.connect({ brokers: bootstrap.split(',') }))
  }

  private constructor(cluster: Cluster) {
    this.cluster = cluster
    this.admin = new TopicAdmin(cluster)
  }

  /** A name that nobody else uses; a topic of that name is removed by `close`. */
  name(prefix: string): string {
    const name = `${prefix}-${randomUUID()}`
    this.topics.push(name)
    return name
  }

  /** Has `close` remove a topic that somebody else creates. */
  own(topic: string): void {
    this.topics.push(topic)
  }

  topic(
    prefix: string,
    partitions = 1,
    configs: Readonly<Record<string, string>> = {}
  ): Promise<TopicInfo> {
    return this.admin.create({ name: this.name(prefix), partitions, configs })
  }

  async close(): Promise<void> {
    for (const topic of this.topics) {
      if (await this.admin.find(topic)) await this.admin.delete(topic)
    }
    await this.cluster.close()
  }
}
