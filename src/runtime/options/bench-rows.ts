import type { OptionRow } from './option-row.ts'

/** What is measured. */
export const benchRows = {
  sample: {
    kind: 'bytes',
    area: 'Sample',
    default: '64MiB',
    description: 'read so much from the beginning into memory, and measure with that',
    example: '256MiB'
  }
} as const satisfies Readonly<Record<string, OptionRow>>
