import type { OptionRow } from './option-row.ts'

/** Every command takes these. */
export const generalRows = {
  config: {
    kind: 'path',
    area: 'General',
    description: 'read this configuration file instead of the headcount.config.json found upward',
    example: 'production.config.json'
  },
  debug: {
    kind: 'boolean',
    area: 'General',
    default: 'false',
    description: 'show stack traces with errors',
    example: 'true'
  },
  format: {
    kind: 'choice',
    choices: ['auto', 'table', 'jsonl', 'csv'],
    area: 'Output',
    default: 'auto',
    description: 'how results are printed; auto is a table on a terminal and jsonl otherwise',
    example: 'jsonl'
  },
  'exit-at-end': {
    kind: 'boolean',
    short: 'e',
    area: 'Input',
    default: 'false',
    description: 'stop at the end that the topic had at the start, instead of waiting for more',
    example: 'true'
  },
  rejects: {
    kind: 'path',
    area: 'Input',
    description: 'keep rejected frames with their reasons in this file (JSON lines)',
    example: 'rejects.jsonl'
  },
  origin: {
    kind: 'boolean',
    area: 'Output',
    default: 'false',
    description: 'show where each value came from',
    example: 'true'
  },
  yes: {
    kind: 'boolean',
    short: 'y',
    area: 'General',
    default: 'false',
    description: 'do not ask before something is deleted',
    example: 'true'
  }
} as const satisfies Readonly<Record<string, OptionRow>>
