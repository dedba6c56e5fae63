import type { OptionRow } from './option-row.ts'

const area = 'Sending'

/** Lines to a topic. */
export const produceRows = {
  'record-key': {
    kind: 'text',
    flag: 'key',
    short: 'k',
    area,
    description: 'top-level field that becomes the record key, which chooses the partition',
    example: 'uid'
  },
  compression: {
    kind: 'choice',
    choices: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
    short: 'z',
    area,
    default: 'lz4',
    description: 'compression of the record batches',
    example: 'zstd'
  },
  'batch-bytes': {
    kind: 'bytes',
    area,
    default: '256KiB',
    description: 'size at which a batch is sent',
    example: '64KiB'
  },
  linger: {
    kind: 'duration',
    area,
    default: '20ms',
    description: 'longest time that a frame waits for its batch to fill',
    example: '5ms'
  },
  skip: {
    kind: 'count',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    area,
    default: '0',
    description: 'lines at the beginning of the input that were sent before',
    example: '120000'
  },
  'give-up-after': {
    kind: 'duration',
    area,
    default: '2m',
    description: 'how long to keep trying while no broker answers',
    example: '30s'
  },
  strict: {
    kind: 'boolean',
    area,
    default: 'false',
    description: 'check every line whole, not only that it begins and ends like a JSON object',
    example: 'true'
  },
  'send-rate': {
    kind: 'number',
    flag: 'rate',
    min: 0.001,
    max: 1e9,
    area,
    description: 'frames per second at most (default: as fast as the broker takes them)',
    example: '5000'
  }
} as const satisfies Readonly<Record<string, OptionRow>>
