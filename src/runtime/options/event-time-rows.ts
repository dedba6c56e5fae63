import type { OptionRow } from './option-row.ts'

const area = 'Event time'

/** Zones, lateness, and what a partition's clock believes. */
export const eventTimeRows = {
  zone: {
    kind: 'text',
    area,
    default: 'UTC',
    description: 'time zone whose hours and days are meant, by its IANA name',
    example: 'Europe/Zurich',
    shapesState: true
  },
  'week-start': {
    kind: 'choice',
    choices: ['monday', 'sunday'],
    area,
    default: 'monday',
    description: 'first day of a week',
    example: 'sunday',
    shapesState: true
  },
  'day-start': {
    kind: 'text',
    area,
    default: '00:00',
    description: 'local time at which days (and all that is made of them) begin',
    example: '05:00',
    shapesState: true
  },
  keep: {
    kind: 'list',
    area,
    description:
      'how long windows take corrections, by size (default: 1m=2d, 5m=7d, 1h=92d, days and larger 6 years)',
    example: '1m=7d,1h=365d',
    shapesState: true
  },
  'max-jump': {
    kind: 'duration',
    area,
    default: '1h',
    description: 'how far the clock of a partition follows a frame that nothing else vouches for',
    example: '1d',
    shapesState: true
  },
  'max-ahead': {
    kind: 'duration',
    area,
    default: '1h',
    description: 'frames further ahead of their own record are rejected as bad-time',
    example: '10m',
    shapesState: true
  },
  'max-hold': {
    kind: 'duration',
    area,
    default: '10m',
    description:
      'how far a partition that is read to its end may hold results back behind the others that are',
    example: '1h'
  },
  'max-skew': {
    kind: 'duration',
    area,
    default: '6h',
    description:
      'partitions further ahead of the slowest in event time wait for it; sizes that only larger ones need are kept as much longer',
    example: '1d'
  },
  'trust-record-time': {
    kind: 'boolean',
    area,
    default: 'true',
    description: 'false where producers stamp the event time on their records',
    example: 'false',
    shapesState: true
  }
} as const satisfies Readonly<Record<string, OptionRow>>
