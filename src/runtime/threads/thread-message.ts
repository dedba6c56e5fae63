import { type ErrorCode, HeadcountError } from '../../core/errors.ts'
import type { ReportMessage } from './report-message.ts'

/** What a thread is started with: plain data. */
export interface ThreadData {
  /** The count's options (`ThreadCountOptions`). */
  readonly counting: unknown
  /** The source's own options. */
  readonly source: unknown
}

/** What a thread says. Its first is a report; `end` or `failed` is its last. */
export type ThreadMessage =
  | { readonly kind: 'report'; readonly report: ReportMessage }
  | { readonly kind: 'trouble'; readonly line: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly failure: ThreadFailure }

/** An error of ours by its code, anything else as it is. */
export type ThreadFailure =
  | { readonly code: ErrorCode; readonly message: string; readonly cure: string }
  | { readonly error: unknown }

export function toThreadFailure(error: unknown): ThreadFailure {
  if (!(error instanceof HeadcountError)) return { error }
  const { code, message, cure } = error
  return { code, message, cure }
}

export function fromThreadFailure(failure: ThreadFailure): unknown {
  if (!('code' in failure)) return failure.error
  return new HeadcountError(failure.code, failure.message, failure.cure)
}
