import type { OptionRow } from './option-row.ts'

const area = 'Connection'

/** How to reach the brokers. */
export const connectionRows = {
  brokers: {
    kind: 'addresses',
    short: 'b',
    area,
    default: 'localhost:9092',
    description: 'brokers to start from, as host:port, separated by commas',
    example: 'kafka-1:9092,kafka-2:9092'
  },
  'client-id': {
    kind: 'text',
    area,
    default: 'headcount',
    description: 'name under which the brokers log this program',
    example: 'headcount-zurich'
  },
  tls: {
    kind: 'boolean',
    area,
    description: 'encrypt the connection; on by itself when a --tls-… file is given',
    example: 'true'
  },
  'tls-ca': {
    kind: 'pem',
    area,
    description: 'certificates to trust instead of the system’s: a PEM file or its text',
    example: 'ca.pem'
  },
  'tls-cert': {
    kind: 'pem',
    area,
    description: 'client certificate for mutual TLS: a PEM file or its text',
    example: 'client.pem'
  },
  'tls-key': {
    kind: 'pem',
    area,
    description: 'private key of the client certificate: a PEM file or its text',
    example: 'client.key'
  },
  'tls-key-password': {
    kind: 'secret',
    area,
    description: 'password of the private key; better in HEADCOUNT_TLS_KEY_PASSWORD',
    example: 'secret'
  },
  'tls-verify': {
    kind: 'boolean',
    area,
    default: 'true',
    description: 'check the certificate of the broker; --no-tls-verify is for tests only',
    example: 'true'
  },
  'tls-server-name': {
    kind: 'text',
    area,
    description: 'host name expected in the certificate, when it differs from the address',
    example: 'kafka.internal'
  },
  'sasl-mechanism': {
    kind: 'choice',
    choices: ['none', 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'],
    area,
    default: 'none',
    description: 'how to log in',
    example: 'SCRAM-SHA-512'
  },
  'sasl-username': {
    kind: 'text',
    area,
    description: 'user to log in as',
    example: 'headcount'
  },
  'sasl-password': {
    kind: 'secret',
    area,
    description: 'password; better in HEADCOUNT_SASL_PASSWORD, which no process list shows',
    example: 'secret'
  },
  'sasl-token': {
    kind: 'secret',
    area,
    description: 'bearer token for OAUTHBEARER; better in HEADCOUNT_SASL_TOKEN',
    example: 'eyJhbGciOi'
  },
  'sasl-token-file': {
    kind: 'path',
    area,
    description: 'file with the bearer token, read again before the token expires',
    example: '/var/run/secrets/kafka-token'
  },
  'sasl-token-command': {
    kind: 'secret',
    area,
    description: 'shell command that prints a bearer token, run again before the token expires',
    example: 'gcloud auth print-access-token'
  },
  'sasl-token-unsecured': {
    kind: 'boolean',
    area,
    default: 'false',
    description: 'log in as --sasl-username with an unsigned token: for development brokers only',
    example: 'true'
  },
  'client-rack': {
    kind: 'text',
    area,
    description:
      'rack or zone of this machine: brokers name a replica there to read from (KIP-392)',
    example: 'eu-central-1a'
  },
  'check-crcs': {
    kind: 'boolean',
    area,
    default: 'true',
    description:
      'compare the checksum of each batch that is read; --no-check-crcs takes them as they come',
    example: 'true'
  },
  property: {
    kind: 'pairs',
    short: 'X',
    area,
    description: 'a connection setting under its Java or librdkafka name, repeatable',
    example: 'security.protocol=SASL_SSL'
  }
} as const satisfies Readonly<Record<string, OptionRow>>

export type ConnectionOptionName = keyof typeof connectionRows

/** What a command that talks to Kafka takes. */
export const connectionOptions = Object.keys(connectionRows) as readonly ConnectionOptionName[]
