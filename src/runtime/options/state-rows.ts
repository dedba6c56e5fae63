import type { OptionRow } from './option-row.ts'

const area = 'State'

/** What is kept, where, and how it is watched. */
export const stateRows = {
  'state-dir': {
    kind: 'path',
    area,
    description:
      'folder for the cache of kept windows, made again at each start (default: a temporary file)',
    example: '/var/cache/headcount'
  },
  'max-state': {
    kind: 'bytes',
    area,
    default: '2GiB',
    description: 'size of that cache at which the finest, oldest windows are purged early',
    example: '20GB'
  },
  audit: {
    kind: 'number',
    min: 0,
    max: 1,
    area,
    default: '0',
    description: 'share of the panes that are counted exactly too, to compare',
    example: '0.01',
    shapesState: true
  },
  'metrics-port': {
    kind: 'integer',
    min: 0,
    max: 65_535,
    area: 'Monitoring',
    description: 'serve /metrics, /healthz and /readyz on this port; 0 takes a free one',
    example: '9464'
  },
  'metrics-host': {
    kind: 'text',
    area: 'Monitoring',
    default: '127.0.0.1',
    description: 'address to serve them on',
    example: '0.0.0.0'
  },
  plan: {
    kind: 'list',
    area: 'Output',
    description: 'print what so many groups and users need, and count nothing',
    example: 'groups=50,users=500'
  }
} as const satisfies Readonly<Record<string, OptionRow>>
