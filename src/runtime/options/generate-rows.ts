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
    description: 'event time of the first frame, from 1980 on',
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
    description: 'share of lines that cannot be counted: cut, garbage, no key, no time …',
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
  'frame-bytes': {
    kind: 'bytes',
    flag: 'size',
    area,
    description: 'bytes of a frame, 90 to 3072 (default: as the shape has them)',
    example: '2kB'
  },
  shape: {
    kind: 'choice',
    choices: ['small', 'challenge', 'mixed'],
    area,
    default: 'mixed',
    description:
      'small: 90 B; challenge: 2 kB, nested, escaped, keys in any order; mixed: 90 B to 3 kB',
    example: 'challenge'
  },
  'time-unit': {
    kind: 'choice',
    choices: ['s', 'ms'],
    area,
    default: 's',
    description: 'unit of the ts field',
    example: 'ms'
  },
  output: {
    kind: 'path',
    short: 'o',
    area,
    description: 'write the frames to this file instead of standard output',
    example: 'frames.jsonl'
  },
  truth: {
    kind: 'path',
    area,
    description: 'write the true counts of every minute to this file',
    example: 'truth.json'
  }
} as const satisfies Readonly<Record<string, OptionRow>>
