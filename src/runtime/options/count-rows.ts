import type { OptionRow } from './option-row.ts'

/** What is counted, how, and when results leave. */
export const countRows = {
  topic: {
    kind: 'text',
    short: 't',
    area: 'Input',
    description: 'Kafka topic; a count takes several, separated by commas (with --app)',
    example: 'events',
    conflicts: ['topic-pattern']
  },
  'topic-pattern': {
    kind: 'text',
    area: 'Input',
    description:
      'regular expression for whole names of topics to count, also of those made later (with --app)',
    example: 'events-.*',
    conflicts: ['topic']
  },
  app: {
    kind: 'text',
    area: 'Input',
    description: 'name of the count, and prefix of its topics (default: <topic>.<key>)',
    example: 'users'
  },
  key: {
    kind: 'list',
    short: 'k',
    area: 'Counting',
    description:
      'field whose distinct values are counted, several for their combinations; user.id is a field in an object; @key is the record key',
    example: 'uid',
    shapesState: true
  },
  time: {
    kind: 'text',
    area: 'Counting',
    default: 'ts',
    description: 'field with the event time; @timestamp is the record’s own time',
    example: '@timestamp',
    shapesState: true
  },
  window: {
    kind: 'list',
    short: 'w',
    area: 'Counting',
    default: '1m',
    description:
      'window sizes, separated by commas: 1m, 5m, 1h, 1d, 1w, 1mo, 1q, 1y, sliding 30d/1d',
    example: '1m,1h,1d',
    shapesState: true
  },
  sketch: {
    kind: 'choice',
    choices: ['adaptive', 'exact', 'ull', 'hll'],
    area: 'Counting',
    default: 'adaptive',
    description:
      'how distinct keys are held: adaptive is small, with bounds; exact keeps them all; ull tells more per byte; hll always has registers',
    example: 'exact',
    shapesState: true
  },
  precision: {
    kind: 'integer',
    min: 4,
    max: 18,
    area: 'Counting',
    default: '14',
    description: 'binary logarithm of the registers of a sketch',
    example: '12',
    shapesState: true
  },
  wait: {
    kind: 'duration',
    area: 'Counting',
    default: '5s',
    description: 'event time that a window stays open behind the clock of its partitions',
    example: '30s',
    shapesState: true
  },
  confidence: {
    kind: 'choice',
    choices: ['0.68', '0.95', '0.997'],
    area: 'Counting',
    default: '0.95',
    description: 'probability that the true number lies between low and high',
    example: '0.997'
  },
  from: {
    kind: 'position',
    area: 'Input',
    default: 'earliest',
    description:
      'where an app begins the first time: earliest, latest or a record time (@…); afterwards it goes on where it was',
    example: '@2026-01-01T00:00Z'
  },
  until: {
    kind: 'position',
    area: 'Input',
    description:
      'read up to here and stop: latest, or a record time (@…); open windows stay open for the next run',
    example: '@2026-02-01T00:00Z'
  },
  'on-input-loss': {
    kind: 'choice',
    choices: ['fail', 'continue'],
    area: 'Input',
    default: 'fail',
    description:
      'when records are gone before they were counted: fail stops their partition, continue goes on and says what results may lack',
    example: 'continue'
  },
  'on-corrupt-batch': {
    kind: 'choice',
    choices: ['fail', 'skip'],
    area: 'Input',
    default: 'fail',
    description:
      'when a batch is damaged or too large: fail stops its partition, skip leaves it out and says what results may lack',
    example: 'skip'
  },
  'emit-every': {
    kind: 'duration',
    area: 'Output',
    default: '1s',
    description: 'shortest time between two provisional results of a window',
    example: '10s'
  },
  'only-final': {
    kind: 'boolean',
    area: 'Output',
    default: 'false',
    description: 'no provisional results, only final and corrected ones',
    example: 'true'
  },
  role: {
    kind: 'choice',
    choices: ['both', 'combine', 'merge'],
    area: 'Scale',
    default: 'both',
    description:
      'stages of this instance: combine reads the topic, merge holds the windows; each needs some instance',
    example: 'combine'
  },
  threads: {
    kind: 'integer',
    min: 1,
    max: 64,
    area: 'Scale',
    default: '1',
    description:
      'threads of this process that read and extract, of a topic no more than partitions; the rest stays in the main one, and results are the same',
    example: '4'
  },
  'flush-every': {
    kind: 'duration',
    area: 'Cadence',
    default: '1s',
    description: 'time between two flushes of partials; longer with more than 50 partitions here',
    example: '500ms'
  },
  'group-protocol': {
    kind: 'choice',
    choices: ['consumer', 'classic'],
    area: 'Scale',
    description:
      'how instances divide the partitions: consumer (KIP-848) where the broker has it, or classic',
    example: 'classic'
  },
  'group-session-timeout': {
    kind: 'duration',
    area: 'Cadence',
    default: '10s',
    description:
      'silence after which the broker takes an instance for dead, with the classic protocol; 6s or more',
    example: '30s'
  }
} as const satisfies Readonly<Record<string, OptionRow>>
