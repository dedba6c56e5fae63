import { appRows } from './app-rows.ts'
import { benchRows } from './bench-rows.ts'
import { brokerRows } from './broker-rows.ts'
import { connectionRows } from './connection-rows.ts'
import { consumeRows } from './consume-rows.ts'
import { countRows } from './count-rows.ts'
import { eventTimeRows } from './event-time-rows.ts'
import { generalRows } from './general-rows.ts'
import { generateRows } from './generate-rows.ts'
import { groupRows } from './group-rows.ts'
import type { OptionRow, ValueOfKind } from './option-row.ts'
import { produceRows } from './produce-rows.ts'
import { sketchRows } from './sketch-rows.ts'
import { stateRows } from './state-rows.ts'
import { topicRows } from './topic-rows.ts'

/**
 * Every option there is. Flags, environment names, configuration files, help, documentation and
 * error texts are made from these rows and from nothing else.
 */
const optionTable = {
  ...countRows,
  ...groupRows,
  ...eventTimeRows,
  ...stateRows,
  ...connectionRows,
  ...generalRows,
  ...topicRows,
  ...generateRows,
  ...produceRows,
  ...consumeRows,
  ...sketchRows,
  ...benchRows,
  ...brokerRows,
  ...appRows
} as const satisfies Readonly<Record<string, OptionRow>>

type Table = typeof optionTable

export type OptionName = keyof Table

type ParsedOf<R> = R extends { kind: 'choice'; choices: readonly (infer C)[] }
  ? C
  : R extends { kind: infer K extends keyof ValueOfKind }
    ? ValueOfKind[K]
    : never

/** The parsed value of an option that is there. */
export type OptionValue<N extends OptionName> = ParsedOf<Table[N]>

/** What reading an option gives: never undefined when its row has a default. */
export type OptionReading<N extends OptionName> = 'default' extends keyof Table[N]
  ? OptionValue<N>
  : OptionValue<N> | undefined

export const optionNames = Object.keys(optionTable) as readonly OptionName[]

export function optionRow(name: OptionName): OptionRow {
  return optionTable[name]
}

export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(optionTable, name)
}

/** `--window`. */
export function flagOf(name: OptionName): string {
  return `--${optionRow(name).flag ?? name}`
}

/** `HEADCOUNT_EMIT_EVERY`. */
export function environmentNameOf(name: OptionName): string {
  return `HEADCOUNT_${name.replaceAll('-', '_').toUpperCase()}`
}

/** The options whose values are part of an app's fingerprint. */
export const stateShapingOptions = optionNames.filter(name => optionRow(name).shapesState === true)
