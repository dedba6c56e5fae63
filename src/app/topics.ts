import type { LogName } from '../port/log.ts'

export interface AppTopic {
  readonly log: LogName
  readonly partitions: number
  readonly configs: Readonly<Record<string, string>>
}

/** Compacted topics are cleaned within the hour: a restore reads them whole. */
const COMPACTED: Readonly<Record<string, string>> = {
  'cleanup.policy': 'compact',
  'segment.bytes': String(64 * 1_024 * 1_024),
  'segment.ms': '3600000',
  'min.cleanable.dirty.ratio': '0.1',
  'max.compaction.lag.ms': '3600000',
  'delete.retention.ms': '86400000'
}

const SEVEN_DAYS_MS = String(7 * 24 * 3_600_000)

/**
 * The topics of an app with the settings that its promises rest on (protocol, "Topics"). Partials
 * are kept until stage 2 has stored what they say, however long that takes. `partitions` is the
 * fixed number of partitions of partials, windows and counts.
 */
export function appTopics(partitions: number): readonly AppTopic[] {
  return [
    {
      log: 'partials',
      partitions,
      configs: {
        'cleanup.policy': 'delete',
        'retention.ms': '-1',
        'retention.bytes': '-1',
        'compression.type': 'lz4'
      }
    },
    { log: 'windows', partitions, configs: COMPACTED },
    { log: 'counts', partitions, configs: COMPACTED },
    {
      log: 'rejects',
      partitions: 1,
      configs: { 'cleanup.policy': 'delete', 'retention.ms': SEVEN_DAYS_MS }
    },
    { log: 'control', partitions: 1, configs: COMPACTED }
  ]
}
