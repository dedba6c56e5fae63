import type { OptionName, OptionReading, OptionValue } from './option-table.ts'

/** Where a value came from, strongest first. */
export const originKinds = [
  'flag',
  'property',
  'environment',
  'dotenv',
  'project',
  'user',
  'default'
] as const

export type OriginKind = (typeof originKinds)[number]

export interface Origin {
  readonly kind: OriginKind
  /** For people: `--brokers`, `HEADCOUNT_BROKERS`, a file. */
  readonly label: string
}

/** The options of one command, parsed and checked. */
export interface ResolvedOptions {
  /** The value; never undefined when the option has a default. */
  get<N extends OptionName>(name: N): OptionReading<N>
  /** The value, or `option-missing` with what it is needed for. */
  need<N extends OptionName>(name: N, purpose: string): OptionValue<N>
  /** Where the value came from; undefined when there is none. */
  origin(name: OptionName): Origin | undefined
  /** True when somebody set it, anywhere; false for a default. */
  given(name: OptionName): boolean
}
