import type { OptionRow } from './option-row.ts'

const area = 'Reading'

/** Records of a topic to standard output. */
export const consumeRows = {
  'read-from': {
    kind: 'position',
    flag: 'from',
    area,
    default: 'earliest',
    description: 'where to start: earliest, latest, an offset, @time or @-15m',
    example: '@-15m',
    conflicts: ['last']
  },
  'read-to': {
    kind: 'position',
    flag: 'to',
    area,
    description: 'where to stop, not included',
    example: '@2016-07-11T14:00:00Z'
  },
  last: {
    kind: 'count',
    min: 1,
    max: 1e9,
    area,
    description: 'only the last records of the topic',
    example: '10',
    conflicts: ['read-from']
  },
  limit: {
    kind: 'count',
    short: 'n',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    area,
    description: 'stop after so many records',
    example: '100'
  },
  template: {
    kind: 'text',
    short: 'f',
    area,
    description:
      'print each record like this: %t %p %o %T %k %v %h, sizes %K %V; \\n \\t for line end, tab',
    example: '%o %k %v\\n',
    conflicts: ['envelope']
  },
  envelope: {
    kind: 'boolean',
    short: 'J',
    area,
    default: 'false',
    description: 'print each record as one JSON object with its offset, time, key and headers',
    example: 'true',
    conflicts: ['template']
  },
  partition: {
    kind: 'list',
    short: 'p',
    area,
    description: 'only these partitions, separated by commas',
    example: '0,2'
  },
  group: {
    kind: 'text',
    short: 'g',
    area,
    description: 'consumer group whose offsets to start from and to commit (default: none)',
    example: 'audit'
  },
  isolation: {
    kind: 'choice',
    choices: ['committed', 'uncommitted'],
    area,
    default: 'committed',
    description: 'whether records of open and aborted transactions are shown',
    example: 'uncommitted'
  }
} as const satisfies Readonly<Record<string, OptionRow>>
