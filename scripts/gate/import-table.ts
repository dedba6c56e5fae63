/**
 * Who may import whom: the walls of the house. `docs/ARCHITECTURE.md` prints this table, a test keeps
 * the two equal. Type-only imports count, too. Think before editing: a wall that moves once moves again.
 */
export interface Room {
  readonly lives: string
  /** Rooms it may import, besides itself. */
  readonly imports: readonly string[]
  /** Rooms of which it may import the format files only. */
  readonly importsFormatsOf?: readonly string[]
  /** Its format files: records that other rooms read and write. */
  readonly formats?: readonly string[]
  /** Packages and node modules; `node:*` stands for all of node's. */
  readonly packages: readonly string[]
}

const GROUND = ['core']
const HOT = ['core', 'extract', 'sketch', 'window', 'combine', 'merge']
const INNER = [...HOT, 'port', 'result', 'ops']
const ADAPTERS = ['app', 'kafka', 'host', 'broker', 'produce']

/** Rooms below `src/`, from the ground up; `entry` is what stands in `src/` itself. */
export const rooms: Readonly<Record<string, Room>> = {
  core: {
    lives: 'bytes, hash, units, the errors table, limits, seeded random',
    imports: [],
    packages: []
  },
  port: {
    lives: 'interfaces only: source, sink, log, state cache, clock',
    imports: GROUND,
    packages: []
  },
  extract: {
    lives: 'bytes → columns: framing, kernel, slow list',
    imports: GROUND,
    // Buffer's search is several times as fast as Uint8Array's.
    packages: ['node:buffer']
  },
  sketch: {
    lives: 'hashes → estimates with bounds, and their formats',
    imports: GROUND,
    packages: []
  },
  window: {
    lives: 'calendar, panes, the clock of a partition, lateness',
    imports: GROUND,
    packages: ['node:module', 'temporal-polyfill']
  },
  combine: {
    lives: 'stage 1: columns → partials and marks, and their formats',
    imports: ['core', 'extract', 'sketch', 'window'],
    formats: ['accounting', 'group', 'mark', 'partial', 'source-range'],
    packages: []
  },
  merge: {
    lives: 'stage 2: partials → windows, watermark, emissions, and their formats',
    imports: ['core', 'port', 'sketch', 'window'],
    importsFormatsOf: ['combine', 'result'],
    formats: ['input-marks', 'state-record'],
    packages: []
  },
  result: {
    lives: 'the result record, its key, table and CSV forms',
    imports: GROUND,
    formats: ['result-group', 'result-record'],
    packages: []
  },
  app: {
    lives: "an app's names, topics, settings and fingerprint",
    imports: ['core', 'port'],
    importsFormatsOf: ['combine', 'merge'],
    packages: []
  },
  kafka: {
    lives: 'wire, fetch, produce, membership, topics, admin',
    imports: ['core', 'port'],
    packages: [
      '@platformatic/kafka',
      '@node-rs/crc32',
      'lz4-napi',
      'node:buffer',
      'node:crypto',
      'node:events',
      'node:module',
      'node:net',
      'node:timers',
      'node:tls',
      'node:zlib'
    ]
  },
  host: {
    lives: 'this machine: files, stdin, compression, system clock',
    imports: ['core', 'port'],
    packages: ['node:*']
  },
  broker: {
    lives: 'the development broker',
    imports: ['core', 'port', 'host'],
    packages: ['node:*']
  },
  produce: {
    lives: 'lines → topic, resumable',
    imports: ['core', 'port', 'extract'],
    packages: ['node:buffer']
  },
  ops: {
    lives: 'what an operator watches: metrics, health',
    imports: ['core', 'port'],
    packages: ['prom-client', 'node:http']
  },
  runtime: {
    lives: 'wires the tasks: loops, back-pressure, cadence, shutdown; receives ports',
    imports: INNER,
    packages: ['node:worker_threads']
  },
  'kafka-app': {
    lives: 'an app on Kafka: what the runtime asks for, made of `app` and `kafka`',
    imports: [...INNER, 'app', 'kafka', 'host', 'runtime'],
    packages: ['node:worker_threads']
  },
  'line-thread': {
    lives: 'a thread that extracts lines of files and pipes, made of `extract` and `host`',
    imports: ['core', 'extract', 'host', 'runtime', 'window'],
    packages: ['node:module', 'node:worker_threads']
  },
  cli: {
    lives: 'commands; the sole owner of `process` and `console`',
    imports: [...INNER, ...ADAPTERS, 'runtime', 'kafka-app', 'line-thread', 'testing', 'entry'],
    packages: ['commander', 'node:*']
  },
  testing: {
    lives: 'pipeline test driver, virtual clock, frame generator',
    imports: [...HOT, 'port', 'result', 'runtime'],
    packages: []
  },
  entry: {
    lives: 'the public surface; wires adapters, as cli does',
    imports: [...INNER, ...ADAPTERS, 'runtime', 'kafka-app', 'line-thread'],
    packages: []
  }
}

/** What stands beside `src/`: there, `src` opens every room. */
export const grounds: Readonly<Record<string, Room>> = {
  bin: { lives: 'the launcher', imports: ['src'], packages: ['node:*'] },
  test: {
    lives: 'mirrors src, and the suites over the whole',
    imports: ['src', 'scripts', 'bench', 'wasm'],
    packages: ['fast-check', '@node-rs/crc32', '@platformatic/kafka', 'node:*']
  },
  bench: {
    lives: 'measurements; its own package',
    imports: ['src'],
    packages: ['@node-rs/crc32', '@platformatic/kafka', 'kafkajs', 'mitata', 'node:*']
  },
  scripts: {
    lives: 'the gate, the package and the demo',
    imports: ['src'],
    packages: ['esbuild', 'oxc-parser', 'node:*']
  },
  wasm: { lives: 'kernels in AssemblyScript', imports: [], packages: [] }
}

/** Synchronous, deterministic, no input or output: what goes in decides what comes out. */
export const pureRooms: readonly string[] = [...HOT, 'result']

/** Rooms on the path of every frame. */
export const hotRooms: readonly string[] = ['extract', 'sketch', 'window', 'combine', 'merge']

/** The table as Markdown, for the page between `<!-- import-table -->` marks. */
export function tableMarkdown(): string {
  const lines = ['| folder | what lives there | may import | packages |', '|---|---|---|---|']
  for (const [name, room] of Object.entries(rooms)) {
    const label = name === 'entry' ? 'entry: `src/*.ts`' : `\`${name}/\``
    const formats = (room.importsFormatsOf ?? []).map(other => `${other} (formats)`)
    const imports = [...room.imports, ...formats].join(', ') || 'nothing'
    const packages = room.packages.map(each => `\`${each}\``).join(', ') || 'none'
    lines.push(`| ${label} | ${room.lives} | ${imports} | ${packages} |`)
  }
  return `${lines.join('\n')}\n`
}
