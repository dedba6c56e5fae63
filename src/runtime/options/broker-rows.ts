import type { OptionRow } from './option-row.ts'

const area = 'Development broker'

/** The development broker. */
export const brokerRows = {
  dir: {
    kind: 'path',
    area,
    default: '.headcount/broker',
    description: 'folder for the broker’s data, logs and lock',
    example: '/tmp/kafka'
  },
  port: {
    kind: 'integer',
    min: 1,
    max: 65_535,
    area,
    default: '9092',
    description: 'port of the first node; the others follow',
    example: '19092'
  },
  nodes: {
    kind: 'integer',
    flag: 'brokers',
    min: 1,
    max: 9,
    area,
    default: '1',
    description: 'how many brokers',
    example: '3'
  },
  security: {
    kind: 'choice',
    choices: ['plaintext', 'tls', 'sasl', 'sasl-tls'],
    area,
    default: 'plaintext',
    description: 'what its listener asks of clients',
    example: 'sasl-tls'
  },
  acl: {
    kind: 'boolean',
    area,
    default: 'false',
    description: 'refuse what no access rule allows',
    example: 'true'
  }
} as const satisfies Readonly<Record<string, OptionRow>>
