import type { OptionRow } from './option-row.ts'

const area = 'App'

/** The life of an app: what its topics need, starting it over, putting it back. */
export const appRows = {
  'dry-run': {
    kind: 'boolean',
    area,
    default: 'false',
    description: 'say what would be done, and change nothing',
    example: 'true'
  },
  print: {
    kind: 'boolean',
    area,
    default: 'false',
    description: 'print the Kafka commands that create the topics and grant the rights',
    example: 'true'
  },
  principal: {
    kind: 'text',
    area,
    description: 'user that gets the rights (default: User: and the --sasl-username)',
    example: 'User:headcount'
  }
} as const satisfies Readonly<Record<string, OptionRow>>
