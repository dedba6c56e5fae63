import type { OptionRow } from './option-row.ts'

const area = 'Frames'

/** The frame generator. */
export const generateRows = {
  frames: {
    kind: 'count',
    short: 'n',
    min: 0,
    max: 1e12,
    area,
    default: '100k',
    description: 'how many frames',
    example: '1M'
  },
  users: {
    kind: 'count',
    min: 1,
    max: 2 ** 32,
    area,
    default: '10k',
    description: 'how many different users',
    example: '250k'
  },
  seed: {
    kind: 'integer',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    area,
    default: '1',
    description: 'the same seed gives the same bytes',
    example: '42'
  },
  'event-rate': {
    kind: 'number',
    flag: 'rate',
    min: 1e-6,
    max: 1e9,
    area,
    default: '1000',
    description: 'frames per second of event time',
    example: '250'
  },
  start: {
    kind: 'text',
    area,
    default: '2016-07-11T13:00:00Z',
    description: 'event time of the first frame',
    example: '2024-02-29T00:00:00Z'
  },
  groups: {
    kind: 'integer',
    min: 0,
    max: 1_000_000,
    area,
    default: '0',
    description: 'different values of the country field; 0 leaves it out',
    example: '20'
  },
  'late-share': {
    kind: 'number',
    min: 0,
    max: 1,
    area,
    default: '0',
    description: 'share of frames that come late',
    example: '0.01'
  },
  'late-max': {
    kind: 'duration',
    area,
    default: '10s',
    description: 'how late they are at most',
    example: '2m'
  },
  'broken-share': {
    kind: 'number',
    min: 0,
    max: 1,
    area,
    default: '0',
    description: 'share of lines that are no JSON',
    example: '0.001'
  },
  'bitflip-share': {
    kind: 'number',
    min: 0,
    max: 1,
    area,
    default: '0',
    description: 'share of frames with one bit of the event time flipped',
    example: '0.0001'
  },
  size: {
    kind: 'bytes',
    area,
    description: 'mean bytes of a frame (default: a mix from 90 B to 3 kB)',
    example: '2kB'
  },
  shape: {
    kind: 'choice',
    choices: ['mixed', 'plain'],
    area,
    default: 'mixed',
    description: 'mixed nests, escapes and reorders fields; plain has time and key only',
    example: 'plain'
  },
  truth: {
    kind: 'path',
    area,
    description: 'write the true counts of every minute to this file',
    example: 'truth.json'
  }
} as const satisfies Readonly<Record<string, OptionRow>>
