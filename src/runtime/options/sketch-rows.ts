import type { OptionRow } from './option-row.ts'

const area = 'Sketches'

/** Sketches in files, and what they are worth on a text. */
export const sketchRows = {
  text: {
    kind: 'path',
    area,
    description: 'count the words of this text, plain, .gz or .zst, instead of a generated one',
    example: 'shakespeare.txt.gz'
  },
  seeds: {
    kind: 'count',
    min: 1,
    max: 100_000,
    area,
    default: '1',
    description: 'hash the words with so many seeds, and state the mean error over them',
    example: '1000'
  },
  chart: {
    kind: 'path',
    area,
    description: 'also draw the result in this file (SVG)',
    example: 'sketches.svg'
  },
  'sketch-output': {
    kind: 'path',
    flag: 'output',
    short: 'o',
    area,
    description: 'write the sketch to this file; - is standard output',
    example: 'union.hcs'
  },
  to: {
    kind: 'choice',
    choices: [
      'headcount',
      'datasketches-hll4',
      'datasketches-hll6',
      'datasketches-hll8',
      'datasketches-theta',
      'datasketches-theta-compressed'
    ],
    area,
    description: 'format to write; theta-compressed needs readers of serial version 4',
    example: 'datasketches-hll8'
  }
} as const satisfies Readonly<Record<string, OptionRow>>
