import type { Position } from './position.ts'

/** What each kind of option is once it is parsed. Durations are milliseconds, sizes bytes. */
export interface ValueOfKind {
  text: string
  /** Never printed: masked wherever options are shown. */
  secret: string
  /** A file; `-` is standard input or output where a command says so. */
  path: string
  /** The path of a PEM file, or the PEM text itself. */
  pem: string
  boolean: boolean
  duration: number
  bytes: number
  /** Comma-separated, and the flag may be repeated. */
  list: readonly string[]
  /** `host:port`, comma-separated; the port is always there after parsing. */
  addresses: readonly string[]
  /** `name=value`, repeatable; never split at commas, since values may hold them. */
  pairs: readonly (readonly [name: string, value: string])[]
  position: Position
  /** Whole numbers; `k`, `M` and `G` are understood: `250k`. */
  count: number
  integer: number
  number: number
  choice: string
}

export type OptionKind = keyof ValueOfKind

type Bounded = 'count' | 'integer' | 'number'

export type OptionRule =
  | { readonly kind: Exclude<OptionKind, Bounded | 'choice'> }
  | { readonly kind: Bounded; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }

/** One row of the options table. Its name is its key in the table: kebab-case, unique. */
export type OptionRow = OptionRule & {
  /** Heading in help and documentation. */
  readonly area: string
  readonly description: string
  /** A value that its own rule accepts; for booleans `true`. */
  readonly example: string
  /** As it would be written. Without a default the option may be absent. */
  readonly default?: string
  /** The flag, when another row already has this row's flag for another command. */
  readonly flag?: string
  /** One letter: `-t`. */
  readonly short?: string
  /** Part of the app's fingerprint: another value makes other state. */
  readonly shapesState?: true
  /** Rows that make no sense beside this one, when both are given as flags. */
  readonly conflicts?: readonly string[]
}
