import type { OptionRow } from './option-row.ts'

const area = 'Groups'

/** Which frames are counted, and what is counted apart. */
export const groupRows = {
  by: {
    kind: 'list',
    area,
    description: 'up to four fields: every combination of their values is counted by itself',
    example: 'country,device',
    shapesState: true
  },
  total: {
    kind: 'boolean',
    area,
    default: 'false',
    description: 'with --by: also count all frames together',
    example: 'true',
    shapesState: true
  },
  'max-groups': {
    kind: 'count',
    min: 1,
    max: 10_000_000,
    area,
    default: '10k',
    description: 'groups with windows of their own in each stage-2 task; later ones go to "other"',
    example: '100k',
    shapesState: true
  },
  where: {
    kind: 'pairs',
    area,
    description: 'count only frames whose field has this value; may be repeated, all must hold',
    example: 'type=login',
    shapesState: true
  },
  'key-type': {
    kind: 'choice',
    choices: ['utf8', 'int64', 'float64', 'utf16'],
    area: 'Counting',
    default: 'utf8',
    description: 'what keys are hashed as, for sketches that others make of the same ids',
    example: 'int64',
    shapesState: true
  }
} as const satisfies Readonly<Record<string, OptionRow>>
