import { errorTable } from './error-table.ts'

export type ErrorCode = keyof typeof errorTable

type Row<C extends ErrorCode> = (typeof errorTable)[C]
type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never

/** The values a row's placeholders need: the compiler refuses a missing or misspelt one. */
export type Details<C extends ErrorCode> = {
  readonly [K in Names<Row<C>['message']> | Names<Row<C>['cure']>]: string | number
}

/**
 * The one error class that people meet. `code` is stable, `cure` says what to do next, `exitStatus`
 * is what the process ends with when nobody handles it. Everything else that is thrown is a bug.
 */
export class HeadcountError extends Error {
  override readonly name = 'HeadcountError'
  readonly code: ErrorCode
  readonly cure: string
  readonly exitStatus: number

  constructor(code: ErrorCode, message: string, cure: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.cure = cure
    this.exitStatus = errorTable[code].exit
  }
}

/** Builds the error of a table row. */
export function failure<C extends ErrorCode>(
  code: C,
  details: Details<C>,
  cause?: unknown
): HeadcountError {
  const row = errorTable[code]
  return new HeadcountError(code, fill(row.message, details), fill(row.cure, details), cause)
}

/** True for an error of ours with one of the codes. */
export function isFailure(error: unknown, ...codes: ErrorCode[]): error is HeadcountError {
  return error instanceof HeadcountError && (codes.length === 0 || codes.includes(error.code))
}

function fill(template: string, details: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = details[name]
    return value === undefined ? whole : String(value)
  })
}
