import type { OptionRow } from './option-row.ts'

/** Topic administration. */
export const topicRows = {
  partitions: {
    kind: 'integer',
    short: 'p',
    min: 1,
    max: 100_000,
    area: 'Topic',
    default: '1',
    description: 'partitions of the new topic',
    example: '8'
  },
  replication: {
    kind: 'integer',
    short: 'r',
    min: 1,
    max: 100,
    area: 'Topic',
    description: 'replicas of each partition (default: the broker’s)',
    example: '3'
  },
  'topic-config': {
    kind: 'pairs',
    short: 'c',
    area: 'Topic',
    description: 'a setting of the new topic, repeatable',
    example: 'cleanup.policy=compact'
  },
  internal: {
    kind: 'boolean',
    area: 'Topic',
    default: 'false',
    description: 'list Kafka’s internal topics too',
    example: 'true'
  }
} as const satisfies Readonly<Record<string, OptionRow>>
